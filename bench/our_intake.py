"""Our own service, as ``escalation serve --no-worker`` runs it, for the bench to load.

python -m bench.our_intake --url URL --port P [--hook NAME=SECRET]
"""

import argparse

import uvicorn

from escalation import bootstrap
from escalation.api.app import create_app
from escalation.settings import Settings


def main() -> None:
    """Read the options and serve."""
    parser = argparse.ArgumentParser(description="Serve the product's API.")
    parser.add_argument("--url", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--hook", help="a source of webhooks and its secret, as NAME=SECRET")
    given = parser.parse_args()
    settings = Settings(database_url=given.url, hook_secrets=given.hook, hook_rate="1000000/minute")
    with bootstrap.opened(settings, owner=True) as container:
        uvicorn.run(create_app(container), port=given.port, loop="uvloop", http="httptools",
                    log_level="warning", access_log=False)  # fmt: skip


if __name__ == "__main__":
    main()
