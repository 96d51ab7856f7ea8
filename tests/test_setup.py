"""What a newcomer relies on: two commands, pinned packages, a server that starts, says where, and ends."""

import ast
import re
import shutil
import signal
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import bootstrap
from tests.programs import PYTHON, ROOT, Program, clean_environment, manage
from tests.sharing import LONGEST_FIRST

# Spelled so that this file does not name them either.
REGISTRIES = re.compile(
    r"(?:pypi|pythonhosted|npmjs|npmmirror|debian|jsdelivr|unpkg|cloudflare|crates|dockerhub|docker)\.(?:org|com|net|io)"
)
LOCKS = ["requirements/uv", "requirements/runtime", "requirements/dev", "benchmarks/peers/requirements"]
STOP_SECONDS = 3.0


def committed_files() -> list[Path]:
    """Every file that is or would be committed."""
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def read_lock(name: str) -> dict[str, str]:
    """The entries of a lock file by package: everything up to the next package."""
    text = (ROOT / f"{name}.txt").read_text()
    entries = re.split(r"\n(?=[A-Za-z0-9])", text.strip())
    return {re.split(r"[=\s\[]", entry, maxsplit=1)[0]: entry for entry in entries}


def test_no_committed_file_names_the_host_of_a_registry() -> None:
    found = {
        path.relative_to(ROOT): match[0]
        for path in committed_files()
        if (match := REGISTRIES.search(path.read_text(errors="ignore")))
    }
    assert not found


def test_the_readmes_make_commands_are_in_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z-]+)(?: [a-z-]+)*:", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?m)(?:^|`)make ([a-z-]+)", (ROOT / "README.md").read_text()))
    assert {"demo", "test"} <= named <= targets


def test_ci_runs_the_readmes_test_command() -> None:
    script = (ROOT / ".ci" / "run").read_text()
    assert "make test" in script and "set -euo pipefail" in script


def test_the_tests_that_are_begun_first_are_there() -> None:
    assert [path for path in LONGEST_FIRST if not (ROOT / path).is_file()] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_is_pinned_by_version_and_hash_and_names_no_address(lock: str) -> None:
    entries = read_lock(lock)
    assert entries
    for name, entry in entries.items():
        assert re.match(r"[A-Za-z0-9._-]+(\[[a-z,]+\])?==[^\s;]+ ", entry), f"{name} is not pinned"
        assert "--hash=sha256:" in entry, f"{name} has no hash"
        assert "://" not in entry and "@" not in entry, f"{name} names an address"


def test_the_locks_hold_what_pyproject_asks_for_and_dev_holds_all_of_runtime() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    setup, runtime, dev, peers = map(read_lock, LOCKS)
    name_of = re.compile(r"^[A-Za-z0-9._-]+")
    for wanted, lock in [
        (project["project"]["dependencies"], runtime),
        (project["dependency-groups"]["dev"], dev),
        (project["dependency-groups"]["setup"], setup),
        (project["dependency-groups"]["peers"], peers),
    ]:
        names = {found[0] for requirement in wanted if (found := name_of.match(requirement))}
        assert names <= set(lock)
    assert runtime.items() <= dev.items()


def test_setting_up_needs_nothing_but_the_standard_library() -> None:
    tree = ast.parse((ROOT / "bootstrap.py").read_text())
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in imported} <= sys.stdlib_module_names


def test_a_python_that_is_too_old_or_does_not_start_does_not_fit(tmp_path: Path) -> None:
    shim = tmp_path / "python3.12"
    shim.write_text("#!/bin/sh\necho 'python3.12: command not found' >&2\nexit 127\n")
    shim.chmod(0o755)
    assert bootstrap.fits(sys.executable)
    assert not bootstrap.fits(str(shim))
    assert not bootstrap.fits(str(tmp_path / "nowhere"))


def test_an_environment_for_development_also_serves_the_application(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "STAMP", tmp_path / "stamp")
    monkeypatch.setattr(bootstrap, "PYTHON", Path(sys.executable))

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("nothing was to be installed")

    monkeypatch.setattr(bootstrap, "run", refuse)
    (tmp_path / "stamp").write_text(bootstrap.write_stamp("dev"))
    bootstrap.make_environment("runtime")
    (tmp_path / "stamp").write_text(bootstrap.write_stamp("runtime"))
    with pytest.raises(AssertionError, match="nothing was to be installed"):
        bootstrap.make_environment("dev")


def test_the_machines_own_pip_settings_are_passed_on(tmp_path: Path) -> None:
    pip = tmp_path / "pip"
    pip.write_text(
        "#!/bin/sh\n"
        "echo \":env:.index-url='https://mirror.example/simple'\"\n"
        "echo \"global.index-url='https://other.example/simple'\"\n"
        "echo \"global.cert='/etc/certificate.pem'\"\n"
        "echo \"global.unknown='1'\"\n"
    )
    pip.chmod(0o755)
    settings = bootstrap.read_pip_settings([str(pip)])
    assert settings == {"UV_DEFAULT_INDEX": "https://mirror.example/simple", "SSL_CERT_FILE": "/etc/certificate.pem"}


def test_a_missing_program_is_named_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "may_install", lambda: False)
    monkeypatch.setattr(bootstrap, "is_there", lambda places: "redis-server" not in places)
    with pytest.raises(bootstrap.SetupError, match="apt-get install -y redis-server") as refusal:
        bootstrap.install_programs()
    assert "Chromium" not in str(refusal.value)


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite database without a row of ours."""
    path = tmp_path_factory.mktemp("setup") / "handrail.sqlite3"
    done = manage("migrate", env=clean_environment(HANDRAIL_DATABASE=f"sqlite:///{path}"))
    assert done.returncode == 0, done.stderr
    return path


@pytest.fixture
def environment(migrated: Path, tmp_path: Path) -> dict[str, str]:
    """Settings for a process with a database of its own."""
    shutil.copy(migrated, tmp_path / "handrail.sqlite3")
    return clean_environment(HANDRAIL_DATABASE=f"sqlite:///{tmp_path}/handrail.sqlite3", HANDRAIL_LOG_LEVEL="WARNING")


def start(*words: str, env: dict[str, str], log: Path) -> Program:
    return Program(PYTHON, "manage.py", *words, env=env, log=log)


@pytest.mark.parametrize(
    ("command", "number", "people"),
    [("serve", signal.SIGINT, "createsuperuser"), ("demo", signal.SIGTERM, "priya / ")],
)
def test_one_process_says_where_it_runs_and_with_what_and_ends_cleanly_in_under_three_seconds(
    environment: dict[str, str], tmp_path: Path, command: str, number: signal.Signals, people: str
) -> None:
    with start(command, "--port", "0", env=environment, log=tmp_path / "log") as server:
        address = server.wait_for(r"running at http://127\.0\.0\.1:(\d+)\n(?s:.*)Ctrl-C")
        with socket.create_connection(("127.0.0.1", int(address[1])), timeout=5) as open_page:
            open_page.sendall(b"GET /login/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert open_page.recv(64).startswith(b"HTTP/1.1 200")
            assert server.stop(number) < STOP_SECONDS
        assert "offline planner (no AI model, no key)" in server.output
        assert "handrail.sqlite3 (SQLite)" in server.output
        assert people in server.output, "it says who can log in, or how to make the first who can"
        assert server.output.rstrip().endswith("Stopped.") and "Traceback" not in server.output


START_A_RUN = """
from agentops.control import start_run
start_run(request="Book me in with Dr Chen on Friday.", asked_by="a test")
"""


def test_a_model_that_does_not_answer_does_not_hold_the_process(environment: dict[str, str], tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent_model:
        silent_model.settimeout(60)
        port = silent_model.getsockname()[1]
        environment |= {
            "HANDRAIL_MODEL": "anthropic",
            "ANTHROPIC_API_KEY": "only-for-this-test",
            "ANTHROPIC_BASE_URL": f"http://127.0.0.1:{port}",
            "HANDRAIL_SWEEP_SECONDS": "1",
        }
        for words in (["seed", "--patients", "10", "--days", "5"], ["shell", "-c", START_A_RUN]):
            done = manage(*words, env=environment)
            assert done.returncode == 0, done.stderr
        with start("serve", "--port", "0", env=environment, log=tmp_path / "log") as server:
            asked, _ = silent_model.accept()
            with asked:
                server.wait_for(rf"Anthropic at http://127\.0\.0\.1:{port}\n(?s:.*)Ctrl-C")
                assert server.stop() < STOP_SECONDS
            assert "goes on at the next start" in server.output


def test_a_second_process_on_the_same_file_and_a_second_on_the_same_port_are_refused(
    environment: dict[str, str], migrated: Path, tmp_path: Path
) -> None:
    with start("serve", "--port", "0", env=environment, log=tmp_path / "log") as server:
        port = server.wait_for(r"running at http://127\.0\.0\.1:(\d+)")[1]
        same_file = manage("serve", "--port", "0", env=environment)
        other_file = {**environment, "HANDRAIL_DATABASE": f"sqlite:///{migrated}"}
        same_port = manage("serve", "--port", port, env=other_file)
    assert same_file.returncode != 0 and f"Process {server.process.pid} already serves" in same_file.stderr
    assert same_port.returncode != 0 and f"Port {port} is in use" in same_port.stderr
    assert "Traceback" not in same_file.stderr + same_port.stderr


@pytest.mark.parametrize(
    ("settings", "advice"),
    [
        ({"HANDRAIL_REDIS": "redis://127.0.0.1:1"}, "Redis does not answer"),
        ({"HANDRAIL_SWEEP_SECONDS": "600"}, "HANDRAIL_SWEEP_SECONDS is 600"),
        ({"HANDRAIL_DATABASE": "sqlite:///{empty}"}, "migrations behind. Run: manage.py migrate"),
    ],
)
def test_what_keeps_it_from_starting_is_said_in_one_line(
    environment: dict[str, str], tmp_path: Path, settings: dict[str, str], advice: str
) -> None:
    settings = {name: value.format(empty=tmp_path / "empty.sqlite3") for name, value in settings.items()}
    refused = manage("serve", "--port", "0", env={**environment, **settings})
    assert refused.returncode != 0
    assert advice in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1, refused.stderr
