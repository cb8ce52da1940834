"""`python -m portal.cli`: the same as `portal`."""

from portal.cli import main

if __name__ == "__main__":
    main()
