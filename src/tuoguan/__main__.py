"""`python -m tuoguan` is the command line."""

from tuoguan.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())
