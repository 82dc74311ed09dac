"""``escalation``, and ``python -m escalation``."""

from escalation.cli.app import app


def main() -> None:
    """Run the command line and end the process with its exit status."""
    app(prog_name="escalation")


if __name__ == "__main__":
    main()
