"""What cannot work is told in one line, and the exit status says so."""

import fcntl
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def taken_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def run(*command, home, **more):
    environment = {
        **os.environ,
        "ALARM110_HOME": str(home),
        "HOST": "127.0.0.1",
        "HTTP_PORT": "0",
        **more,
    }
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
    )


def only_line(done):
    """Return the only line that was told, without the name before it."""
    assert done.returncode != 0
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0].removeprefix("alarm110: ")


def test_a_port_in_use(tmp_path, taken_port):
    command = (sys.executable, "manage.py", "prepare")
    done = run(*command, home=tmp_path, PORT=str(taken_port))

    assert only_line(done).startswith(f"Port {taken_port} is in use")
    assert done.returncode == 78  # the supervisor would not try again


def test_a_folder_that_is_served_already(tmp_path, free_port):
    """The second one says where the first is, and what it would need itself."""
    (tmp_path / "serve.address").write_text("https://192.0.2.2:8443/\n")
    folder = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    try:
        command = (sys.executable, "manage.py", "prepare")
        done = run(*command, home=tmp_path, PORT=str(free_port))
    finally:
        os.close(folder)

    told = only_line(done)
    assert told.startswith("It runs already at https://192.0.2.2:8443/, with the data")
    assert str(tmp_path) in told
    assert "ALARM110_HOME=… PORT=… HTTP_PORT=… ./run" in told
    assert done.returncode == 78


def test_a_region_file_with_a_fault(tmp_path):
    """In a shell it reads as the documentation shows it."""
    path = tmp_path / "city.toml"
    path.write_text('[region]\ncode = "9901"\nname = "X"\noutline = "gone.geojson"\n')
    command = (sys.executable, "manage.py", "onboard", str(path), "--check")
    done = run(*command, home=tmp_path)

    assert done.returncode == 1
    assert done.stderr.startswith(f"{path}: nothing was loaded\n  "), done.stderr


def test_a_damaged_database(tmp_path, free_port):
    (tmp_path / "alarm110.sqlite3").write_bytes(b"not a database" * 1000)
    command = (sys.executable, "manage.py", "prepare")
    done = run(*command, home=tmp_path, PORT=str(free_port))

    assert "is damaged" in only_line(done)


def test_a_data_folder_that_cannot_be(tmp_path):
    (tmp_path / "file").touch()
    done = run("sh", "./run", home=tmp_path / "file" / "var")

    assert "cannot be made" in only_line(done)


def test_a_python_that_is_too_old(tmp_path):
    """In a copy without .venv, where a Python has to be found first."""
    old = tmp_path / "python"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    script = tmp_path / "run"
    script.write_text((ROOT / "run").read_text())
    done = run("sh", str(script), home=tmp_path / "var", PYTHON=str(old))

    assert only_line(done) == f"PYTHON={old} is not Python 3.11 or newer."


def test_a_verb_that_is_not_there(tmp_path):
    done = run("sh", "./run", "dance", home=tmp_path)

    assert done.returncode == 1
    assert "./run test" in done.stderr


def test_a_machine_without_python_is_given_one(tmp_path):
    """As a bare Debian is, where we may install; whatever follows, it was asked for."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("sh", "env", "rm", "mkdir", "chmod", "dirname", "mktemp", "dd"):
        (programs / name).symlink_to(shutil.which(name) or name)
    scripts = {
        "id": "echo 0",
        "apt-get": f"""echo "$@" >> {tmp_path}/asked
            [ "$1" = install ] || exit 0
            echo '#!/bin/sh\n[ "$1" = -c ]' > {programs}/python3
            chmod +x {programs}/python3""",
    }
    for name, text in scripts.items():
        (programs / name).write_text(f"#!/bin/sh\n{text}\n")
        (programs / name).chmod(0o755)
    script = tmp_path / "run"
    script.write_text((ROOT / "run").read_text())
    done = run("/bin/sh", str(script), home=tmp_path / "var", PATH=str(programs))

    assert done.stderr.splitlines()[:2] == [
        "Installing python3 ...",
        "Making .venv ...",
    ]
    asked = (tmp_path / "asked").read_text().splitlines()
    assert asked[0].startswith("update")
    assert "python3 python3-venv" in asked[1]


@pytest.mark.parametrize(
    ("pip_says", "told"),
    [
        ("Retrying after connection broken by 'NewConnectionError'", "a network"),
        ("ERROR: No matching distribution found for django", "(see above)"),
    ],
)
def test_packages_that_cannot_be_had(tmp_path, pip_says, told):
    """Without a network pip says that there is no such package, which is not so."""
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(
        f"""#!/bin/sh
        [ "$2 $3" = "pip install" ] || exit 0
        echo "{pip_says}" >&2
        exit 1
        """
    )
    python.chmod(0o755)
    script = tmp_path / "run"
    script.write_text((ROOT / "run").read_text())
    done = run("sh", str(script), home=tmp_path / "var")

    assert done.returncode != 0
    last = done.stderr.splitlines()[-1]
    assert last.startswith("alarm110: ")
    assert told in last
    assert (pip_says in done.stderr) == (told == "(see above)")
