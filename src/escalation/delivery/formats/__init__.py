"""What an endpoint is sent: a message in the form, and to the address, that its receiver takes."""
