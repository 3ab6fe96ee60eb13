"""Makes .venv ready: ``python3 tools/bootstrap.py run|sample|dev``, or writes the requirement files anew: ``... lock``.

``peers`` makes .venv-peers and .venv-peers-operate with the programs that benchmarks are measured beside; they need
other versions of shared libraries, so they live apart, and tuoguan is not installed beside those of the second one.

Uses the standard library only. uv comes from the package index through pip and installs the rest in seconds; where
uv cannot be had, pip does the same work more slowly. A set that stands already is recognized by the hash of its
requirement file, pyproject.toml and this file, and costs nothing.
"""

import hashlib
import os
import subprocess
import sys
import time
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
REQUIREMENTS = ROOT / "requirements"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / "python"
UV = BIN / "uv"
SETS = ("run", "sample", "dev")  # nested: each holds the ones before it
PEERS = {"peers": True, "peers-operate": False}  # environments beside .venv; True: tuoguan is installed in it too
OLDEST = (3, 11)


def main(words: list[str]) -> int:
    """Exit status: 0 when the set asked for stands."""
    if sys.version_info < OLDEST:
        return _fail(f"Python {'.'.join(map(str, OLDEST))} or newer is needed; this is {sys.version.split()[0]}. "
                     "Name another one: make PYTHON=/path/to/python3")  # fmt: skip
    if len(words) != 1 or words[0] not in (*SETS, "lock", "peers"):
        return _fail(f"usage: bootstrap.py {'|'.join(SETS)}|peers|lock")
    try:
        if words[0] == "peers":
            return max(peers(name, with_tuoguan) for name, with_tuoguan in PEERS.items())
        return lock() if words[0] == "lock" else ensure(words[0])
    except subprocess.CalledProcessError as error:
        return _fail(f"this command failed with status {error.returncode}: {' '.join(map(str, error.cmd))}")


def ensure(name: str) -> int:
    """0 once ``.venv`` holds the set ``name``; stamps it, and the sets inside it, with their hash."""
    wanted = SETS[SETS.index(name) :]
    standing = next((bigger for bigger in wanted if _stamp(bigger) == _hash(bigger)), None)
    if standing is None:
        started = time.monotonic()
        _install(name)
        _say(f"the {name} environment stands after {time.monotonic() - started:.1f} s")
        standing = name
    for inner in SETS[: SETS.index(standing) + 1]:
        (VENV / f".{inner}").write_text(_hash(inner))
    return 0


def peers(name: str, with_tuoguan: bool) -> int:
    """0 once the environment ``name`` beside .venv holds its peers."""
    home = ROOT / f".venv-{name}"
    stamp, python = home / ".peers", home / BIN.name / PYTHON.name
    if stamp.exists() and stamp.read_text() == _hash(name):
        return 0
    ensure("run")
    _run([sys.executable, "-m", "venv", "--clear", home], dict(os.environ))
    tool, environment = [python, "-m", "pip", "install", "-qq"], dict(os.environ)
    if _has_uv():
        tool, environment = [UV, "pip", "install", "--quiet", "--python", python], _uv_environment()
    _run([*tool, "--require-hashes", "-r", REQUIREMENTS / f"{name}.txt"], environment)
    if with_tuoguan:
        _run([*tool, "--no-deps", "--no-build-isolation", "-e", ROOT], environment)
    stamp.write_text(_hash(name))
    return 0


def lock() -> int:
    """0 once every file in requirements/ is exported anew from pyproject.toml; the sets agree on all versions."""
    _make_venv()
    if not _has_uv():
        return _fail("uv could not be installed, and only uv can export for all systems at once")
    extras = {"dev": ["sample", "dev", "build"], "sample": ["sample", "build"], "run": ["build"]}
    for name, wanted in extras.items():
        inside = [] if name == "dev" else ["--constraint", str(REQUIREMENTS / "dev.txt")]
        _compile(["pyproject.toml", *(f"--extra={extra}" for extra in wanted), *inside], REQUIREMENTS / f"{name}.txt")
    _compile(["pyproject.toml", "--extra=peers", "--extra=build"], REQUIREMENTS / "peers.txt")
    _compile([str(_only("peers-operate")), "--python-version", "3.11"], REQUIREMENTS / "peers-operate.txt")
    source = VENV / "uv.in"
    source.write_text("uv\n")
    _compile([str(source), "--python-version", "3.11"], REQUIREMENTS / "uv.txt")
    return 0


def _only(extra: str) -> Path:
    """A requirement file that holds what pyproject.toml lists under ``extra`` and none of tuoguan's own needs."""
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"][extra]
    source = VENV / f"{extra}.in"
    source.write_text("".join(f"{line}\n" for line in wanted))
    return source


def _compile(words: list[str], target: Path) -> None:
    fixed = ["--generate-hashes", "--universal", "--no-annotate", "--no-header", "--no-emit-index-url"]
    fixed += ["--no-emit-find-links", "--upgrade", "--quiet", "--no-emit-package=tuoguan"]
    environment = {key: value for key, value in _uv_environment().items() if key not in ("UV_INDEX", "UV_FIND_LINKS")}
    target.unlink(missing_ok=True)
    _run([UV, "pip", "compile", *fixed, *words, "-o", target], environment)
    _say(f"wrote requirements/{target.name}")


def _install(name: str) -> None:
    _make_venv()
    wanted = REQUIREMENTS / f"{name}.txt"
    if _has_uv():
        tool: list[object] = [UV, "pip", "install", "--quiet", "--python", PYTHON]
        compiled, environment = ["--compile-bytecode"], _uv_environment()
    else:
        _say("uv could not be installed; pip does the work, which takes about a minute")
        tool, compiled, environment = [PYTHON, "-m", "pip", "install", "-qq"], [], dict(os.environ)
    _run([*tool, *compiled, "--require-hashes", "-r", wanted], environment)
    _run([*tool, "--no-deps", "--no-build-isolation", "-e", ROOT], environment)


def _make_venv() -> None:
    if PYTHON.exists():
        return
    try:
        _run([sys.executable, "-m", "venv", VENV], dict(os.environ))
    except subprocess.CalledProcessError:
        _say("python3 -m venv failed: on Debian and Ubuntu, 'apt install python3-venv' adds it")
        raise


def _has_uv() -> bool:
    """True once uv stands in .venv at the pinned version."""
    pinned = (REQUIREMENTS / "uv.txt").read_text().split()[0] if (REQUIREMENTS / "uv.txt").exists() else "uv"
    stamp = VENV / ".uv"
    if UV.exists() and stamp.exists() and stamp.read_text() == pinned:
        return True
    wanted = ["--require-hashes", "-r", REQUIREMENTS / "uv.txt"] if pinned != "uv" else ["uv"]
    command = [PYTHON, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--only-binary=:all:", *wanted]
    if subprocess.run([str(word) for word in command], check=False).returncode:
        return False
    stamp.write_text(pinned)
    return True


def _uv_environment() -> dict[str, str]:
    """The environment with pip's own index settings said in uv's words, because uv does not read them.

    Which index serves the files is the machine's business: no address stands in the repository. uv looks in every
    index, as pip does; the hashes make that safe.
    """
    environment = dict(os.environ)
    settings = _pip_settings()
    words = {"index-url": "UV_DEFAULT_INDEX", "extra-index-url": "UV_INDEX", "cert": "SSL_CERT_FILE"}
    for name, variable in words.items():
        if name in settings:
            environment.setdefault(variable, " ".join(settings[name].split()))
    if "find-links" in settings:
        environment.setdefault("UV_FIND_LINKS", ",".join(settings["find-links"].split()))
    if "default-timeout" in settings or "timeout" in settings:
        environment.setdefault("UV_HTTP_TIMEOUT", settings.get("timeout", settings.get("default-timeout", "60")))
    environment.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")
    return environment


def _pip_settings() -> dict[str, str]:
    """pip's settings by name: the user's and machine's files, then PIP_ variables, which win."""
    asked = subprocess.run([str(PYTHON), "-m", "pip", "config", "list"], capture_output=True, text=True, check=False)
    settings: dict[str, str] = {}
    from_environment: dict[str, str] = {}
    for line in asked.stdout.splitlines():
        key, _, value = line.partition("=")
        scope, _, name = key.rpartition(".")
        target = from_environment if scope.startswith(":env:") else settings
        target[name] = value.strip("'\"").replace("\\n", " ")
    return settings | from_environment


def _hash(name: str) -> str:
    digest = hashlib.sha256()
    for path in (REQUIREMENTS / f"{name}.txt", REQUIREMENTS / "uv.txt", ROOT / "pyproject.toml", Path(__file__)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _stamp(name: str) -> str:
    path = VENV / f".{name}"
    return path.read_text() if path.exists() and PYTHON.exists() else ""


def _run(command: list[object], environment: dict[str, str]) -> None:
    subprocess.run([str(word) for word in command], check=True, cwd=ROOT, env=environment)


def _say(sentence: str) -> None:
    sys.stderr.write(sentence + "\n")


def _fail(sentence: str) -> int:
    _say(sentence)
    return 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
