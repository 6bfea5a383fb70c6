"""The command line as operators and scripts use it: real processes on a real folder.

What the installed command itself does, its terminal, its output, its signals and its end, is told of that one; what
comes after that of forks, which begin as each command does: see tests/forking.py.
"""

import os
import pty
import signal
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pentad.cli import command_line
from tests.forking import run
from tests.serving import PENTAD, Server, free_port, until


@pytest.fixture
def folder(new_server: Callable[..., Server]) -> Server:
    """A data folder that nothing serves."""
    return new_server()


@pytest.fixture
def installed(new_server: Callable[..., Server]) -> Server:
    """The same, for the command as it is installed."""
    return new_server(installed=True)


def check_refused(done: subprocess.CompletedProcess[str], *said: str, status: int = 1) -> None:
    """One clear line on stderr, nothing on stdout, no traceback."""
    assert done.returncode == status, done
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    if status == 1:
        assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    for part in said:
        assert part in done.stderr


class TestSourcesAndKeys:
    def test_print_what_scripts_need_and_nothing_else(self, installed: Server) -> None:
        write_key = installed.cli("source", "add", "Web shop").stdout
        token = installed.cli("key", "add", "Nightly export", "--role", "admin").stdout
        for printed in (write_key, token):
            assert printed.endswith("\n")
            assert len(printed.split()) == 1
        assert f"Web shop\tweb\ton\t{write_key.strip()}" in installed.cli("source", "list").stdout
        listed = installed.cli("key", "list").stdout
        assert f"{token[:12]}\tNightly export\tadmin\tin force\tnever used" in listed
        assert token.strip() not in listed

    def test_revoke(self, folder: Server) -> None:
        folder.cli("key", "add", "export", "--purpose", "service")
        assert "export" in folder.cli("key", "revoke", "export").stdout
        assert "revoked" in folder.cli("key", "list").stdout
        check_refused(folder.cli("key", "revoke", "export", status=None), "export", "pentad key list")

    def test_refusals(self, folder: Server) -> None:
        folder.cli("source", "add", "Web")
        check_refused(folder.cli("source", "add", "web", status=None), "already a source named “Web”")
        check_refused(folder.cli("key", "add", "x", "--role", "king", status=None), "king")
        check_refused(folder.cli("source", "add", status=None), "NAME", status=2)

    def test_everything_is_private_to_the_user(self, folder: Server) -> None:
        folder.cli("source", "add", "Web")
        for path in (folder.folder, *folder.folder.rglob("*")):
            assert path.stat().st_mode & 0o077 == 0 or path.suffix in (".db-wal", ".db-shm"), path


class TestUsers:
    def test_add_list_and_new_password(self, installed: Server) -> None:
        def given(*arguments: str, password: str) -> subprocess.CompletedProcess[str]:
            command = [PENTAD, "user", *arguments, "--password-stdin", "--data", str(installed.folder)]
            return subprocess.run(
                command, input=f"{password}\n", capture_output=True, text=True, check=False, env=installed.environment
            )

        check_refused(given("add", "nadia@kestrel.example", password="short"), "at least 10 characters")
        done = given("add", "Nadia@kestrel.example", "--name", "Nadia Karim", password="roast-and-grind")
        assert (done.returncode, done.stdout) == (0, "added nadia@kestrel.example\n")
        check_refused(given("add", "nadia@kestrel.example", password="roast-and-grind"), "has an account already")
        assert "nadia@kestrel.example\tNadia Karim\tadmin\tactive" in installed.cli("user", "list").stdout
        assert given("password", "nadia@kestrel.example", password="single-origin").returncode == 0
        rescued = installed.cli("user", "rescue", "nadia@kestrel.example").stdout
        assert rescued == "nadia@kestrel.example signs in with the password alone\n"
        check_refused(given("password", "tom@kestrel.example", password="single-origin"), "tom@kestrel.example")

    def test_without_a_terminal_it_says_how(self, installed: Server) -> None:
        command = [PENTAD, "user", "add", "nadia@kestrel.example", "--data", str(installed.folder)]
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, env=installed.environment
        )
        check_refused(done, "--password-stdin", status=2)

    def test_on_a_terminal_it_asks_twice_and_shows_nothing(self, installed: Server) -> None:
        ours, theirs = pty.openpty()
        command = [PENTAD, "user", "add", "nadia@kestrel.example", "--data", str(installed.folder)]
        with subprocess.Popen(
            command,
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=theirs,
            start_new_session=True,
            env=installed.environment,
        ) as one:
            os.close(theirs)
            seen = b""
            while seen.count(b"assword") < 1 or b":" not in seen:
                seen += os.read(ours, 100)
            os.write(ours, b"roast-and-grind\n")
            while b"epeat" not in seen:
                seen += os.read(ours, 100)
            os.write(ours, b"roast-and-grind\n")
            out, _ = one.communicate(timeout=60)
        os.close(ours)
        assert (one.returncode, out) == (0, b"added nadia@kestrel.example\n")
        assert b"roast" not in seen


class TestFolder:
    @pytest.mark.parametrize("command", [("source", "list"), ("key", "list"), ("seal",), ("doctor",)])
    def test_reading_a_folder_that_is_not_there(self, folder: Server, command: tuple[str, ...]) -> None:
        check_refused(folder.cli(*command, status=None), str(folder.folder), "--data")
        assert not folder.folder.exists()

    def test_a_file_is_no_folder(self, folder: Server) -> None:
        folder.folder.write_text("mine")
        check_refused(folder.cli("source", "add", "Web", status=None), "is a file", status=2)
        assert folder.folder.read_text() == "mine"

    def test_many_commands_at_once_on_a_new_folder(self, folder: Server) -> None:
        command = [PENTAD, "key", "add", "tests", "--data", str(folder.folder)]
        options: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "env": folder.environment}
        running = [subprocess.Popen(command, **options) for _ in range(6)]
        said = [one.communicate(timeout=120) for one in running]
        assert [one.returncode for one in running] == [0] * 6, said
        assert len({out for out, _ in said}) == 6
        assert len(folder.cli("key", "list").stdout.splitlines()) == 6

    def test_the_database_is_remembered(self, folder: Server, tmp_path: Path) -> None:
        other = f"sqlite:///{tmp_path / 'elsewhere.db'}"
        command = [PENTAD, "source", "add", "Web", "--data", str(folder.folder), "--database", other]
        subprocess.run(command, check=True, capture_output=True, env=folder.environment)
        assert "Web" in folder.cli("source", "list").stdout
        assert not (folder.folder / "pentad.db").exists()
        check_refused(
            folder.cli("source", "list", "--database", "mysql://x/y", status=None), "neither SQLite nor PostgreSQL"
        )

    def test_an_unreachable_database(self, folder: Server) -> None:
        url = f"postgresql://nobody:secret@127.0.0.1:{free_port()}/x"
        done = folder.cli("source", "add", "Web", "--database", url, status=None)
        check_refused(done, "cannot be reached")
        assert "secret" not in done.stderr


class TestForks:
    def test_settings_are_those_of_their_own_environment(self, folder: Server) -> None:
        """Each variable that there is; one whose setting tests/forking_pentad.py does not name is refused there."""
        said = {
            "HTTPS": "1", "HOSTS": "a.example,b.example", "PROXIES": "2", "LEDGER": "clickhouse://nowhere",
            "ASK_SECONDS": "3", "LOG": "debug", "SMTP": "smtp://u:p@mail.example:2525", "MAIL_FROM": "cx@kestrel.example",
            "ADDRESS": "https://cx.example", "METRICS": "open",
        }  # fmt: skip
        environment = folder.environment | {f"PENTAD_{name}": value for name, value in said.items()}
        done = run(["source", "add", "Web", "--data", str(folder.folder)], environment, 60)
        assert (done.returncode, done.stderr) == (0, "")


class TestUp:
    def test_says_where_it_is_and_stops_at_once(self, installed: Server) -> None:
        installed.start()
        first = installed.tail().splitlines()
        assert any(line == f"Pentad serves {installed.url}/" for line in first), first
        assert any(f"{installed.url}/setup/?token=" in line for line in first)
        installed.stop(seconds=4)

    def test_control_c_ends_it_with_status_0(self, installed: Server) -> None:
        installed.start()
        assert installed.process
        installed.process.send_signal(signal.SIGINT)
        assert installed.process.wait(4) == 0

    def test_taken_port(self, folder: Server, new_server: Callable[..., Server]) -> None:
        folder.start()
        done = new_server(port=folder.port).cli("up", "--port", str(folder.port), status=None)
        check_refused(done, f"Port {folder.port}", "in use", "--port")

    def test_taken_folder(self, installed: Server) -> None:
        installed.start()
        done = installed.cli("up", "--port", "0", status=None)
        check_refused(done, "in use by process", str(installed.folder))
        assert installed.is_ready()

    def test_restart_on_the_same_folder(self, folder: Server) -> None:
        folder.start()
        token = folder.token
        folder.kill()
        folder.start()
        assert folder.token == token
        folder.api("/people")


class TestBesideAServer:
    def test_upkeep(self, server: Server) -> None:
        server.send("track", {"userId": "u-1", "event": "Order Completed", "messageId": "m-1"})
        until(lambda: server.person("user_id:u-1"))
        assert server.cli("seal").stdout == ""
        assert server.cli("doctor").stdout == "sound\n"
        assert server.cli("erase", "--identifier", "user_id:u-1").stdout.startswith("erased ")
        assert server.person("user_id:u-1") is None
        check_refused(server.cli("erase", "--identifier", "user_id:u-1", status=None), "user_id:u-1")
        check_refused(server.cli("erase", "--identifier", "nonsense", status=None), "nonsense")
        server.stop()
        assert server.cli("doctor").stdout == "sound\n"

    def test_doctor_says_what_is_broken(self, server: Server) -> None:
        server.send("track", {"userId": "u-1", "event": "Order Completed", "messageId": "m-1"})
        until(lambda: server.person("user_id:u-1"))
        server.stop()
        database = server.folder / "pentad.db"
        import sqlite3

        with sqlite3.connect(database) as direct:
            direct.execute("UPDATE pentad_data_person SET own_event_count = 99")
        done = server.cli("doctor", status=None)
        assert done.returncode == 1
        assert done.stdout.startswith("error: ")
        assert "  fix: " in done.stdout


class TestHelp:
    def test_every_command_says_what_it_does(self) -> None:
        def walk(command: object, path: list[str]) -> list[list[str]]:
            children = getattr(command, "commands", {})
            return [path, *(row for name, child in children.items() for row in walk(child, [*path, name]))]

        for path in walk(command_line(), []):
            shown = CliRunner().invoke(command_line(), [*path, "--help"])
            assert shown.exit_code == 0, path
            assert len(shown.output.splitlines()) > 3

    def test_version(self) -> None:
        assert subprocess.run([PENTAD, "--version"], capture_output=True, text=True, check=True).stdout.startswith(
            "pentad "
        )


class TestWhatCameToAHalt:
    def test_nothing_to_load_again_and_nothing_to_finish(self, folder: Server) -> None:
        folder.cli("source", "add", "Web")
        assert folder.cli("load-again").stdout == "0\n"
        assert folder.cli("erase", "--unfinished").stdout == ""

    def test_what_stays_missing_is_told(self, folder: Server) -> None:
        folder.cli("source", "add", "Web")
        with sqlite3.connect(folder.folder / "pentad.db") as database:
            database.execute(
                "INSERT INTO pentad_data_gap (log, source_no, message_id, received, found)"
                " VALUES ('web-00000001.log', 1, 'lost', '2026-11-20 12:00:00', '2026-11-20 12:00:00')"
            )
        done = folder.cli("load-again", status=None)
        assert (done.returncode, done.stdout) == (1, "0\n")
        assert "still missing: 1" in done.stderr

    def test_erase_wants_one_thing(self, folder: Server) -> None:
        folder.cli("source", "add", "Web")
        check_refused(folder.cli("erase", status=None), "--identifier", "--unfinished", status=2)
