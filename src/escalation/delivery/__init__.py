"""What goes out over HTTP: how a message is made, signed, sent, and tried again."""
