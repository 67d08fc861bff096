"""Real servers for the tests: each is started in a given folder and ended again.

All of them listen on 127.0.0.1 or on a socket inside their folder, run with a clean environment,
keep their files inside their folder, and die with the tests even when those are killed.
"""

import importlib.util
import os
import pwd
import secrets
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from textwrap import dedent
from typing import Any, NamedTuple, Self
from urllib.parse import quote

import boto3
import psutil
import secretstorage
from botocore.config import Config
from jeepney.io.blocking import DBusConnection, open_dbus_connection  # type: ignore[import-untyped]
from secretstorage.exceptions import SecretStorageException
from secretstorage.util import DBusAddressWrapper, format_secret, open_session

HOST = "127.0.0.1"
DEADLINE = 60.0  # seconds for a server to answer: they need about one, a busy machine more
PAUSE = 0.02  # seconds between two questions whether it answers
LOG_LINES = 20  # shown in an error
PORTS = range(20_000, 32_000)  # below those the kernel lends to outgoing connections
SOCKET_PATH_LIMIT = 107  # bytes, set by the kernel
KEYRING_PASSWORD = b"opens the keyring"
MEMORY_LIMIT = 4 * 2**30  # bytes that Ceph may keep; taken only as objects come

# A child dies with the thread that started it, as the kernel sees it (PR_SET_PDEATHSIG). So all
# are started by one thread that lasts as long as the tests, whichever thread asks.
_spawner = ThreadPoolExecutor(max_workers=1, thread_name_prefix="servers")


class MissingProgramsError(Exception):
    """This machine cannot run a server; the message says what to install."""


class ServerFailedError(Exception):
    """A server ended, refused or did not answer; the message has the last lines of its log."""


# What all servers share


@dataclass
class Process:
    """A server that can be started, stopped and started again; `answers` tells when it is up."""

    command: Sequence[str]
    log: Path
    environment: Mapping[str, str]
    answers: Callable[[], bool]
    stdin: bytes = b""
    _running: subprocess.Popen[bytes] | None = field(default=None, init=False, repr=False)

    def start(self) -> None:
        """Return when it answers."""
        process = self._running = _spawner.submit(self._spawn).result()
        try:
            deadline = time.monotonic() + DEADLINE
            while not self.answers():
                self._check(process.poll() is None, "ended early")
                self._check(time.monotonic() < deadline, f"gave no answer in {DEADLINE:.0f} s")
                time.sleep(PAUSE)
            self._check(process.poll() is None, "ended while another program answered")
        except BaseException:
            self.stop()
            raise

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """It takes connections meanwhile, and never answers."""
        assert self._running is not None
        self._running.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._running.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """Kill it with all it started: nothing here is worth a farewell."""
        process, self._running = self._running, None
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(signal.SIGSTOP)  # so that it starts nothing more
            children = psutil.Process(process.pid).children(recursive=True)
            process.kill()
            for child in children:
                with suppress(psutil.NoSuchProcess):
                    child.kill()
        process.wait()

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Down for a while, as in a network fault, and up again at the end."""
        self.stop()
        try:
            yield
        finally:
            self.start()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _spawn(self) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "--", *self.command],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env=self.environment,
            )
        assert process.stdin is not None
        with suppress(BrokenPipeError), process.stdin as stdin:
            stdin.write(self.stdin)
        return process

    def _check(self, good: bool, problem: str) -> None:
        if not good:
            lines = self.log.read_text(errors="replace").splitlines()[-LOG_LINES:]
            raise ServerFailedError("\n".join([f"{self.command[0]} {problem}; its log:", *lines]))


def run(command: Sequence[str], environment: Mapping[str, str]) -> str:
    """Run a program to its end and give what it printed."""
    done = subprocess.run(
        command,
        check=False,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=DEADLINE,
    )
    if done.returncode:
        raise ServerFailedError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def clean_environment(home: Path) -> dict[str, str]:
    """Nothing of the developer's own settings, and the programs of administrators too."""
    path = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"
    return {"PATH": path, "HOME": str(home), "LANG": "C.UTF-8"}


def require(packages: Mapping[str, str]) -> None:
    """Raise `MissingProgramsError` unless all are there; `packages` has Debian's for each."""
    path = clean_environment(Path())["PATH"]
    missing = [program for program in packages if not shutil.which(program, path=path)]
    if missing:
        install = " ".join(sorted({packages[program] for program in missing}))
        raise MissingProgramsError(f"no {', '.join(missing)}: apt-get install {install}")


def free_port() -> int:
    """A TCP port that nobody listens on."""
    while True:
        port = secrets.choice(PORTS)
        with closing(socket.socket()) as probe, suppress(OSError):
            probe.bind((HOST, port))
            return port


def greets(port: int, greeting: bytes) -> bool:
    """Whether a server on that port opens the conversation with these words."""
    try:
        with socket.create_connection((HOST, port), timeout=1) as connection:
            return connection.recv(len(greeting)) == greeting
    except OSError:
        return False


def serves_http(port: int) -> bool:
    """Whether a web server on that port answers at all."""
    try:
        with closing(HTTPConnection(HOST, port, timeout=5)) as connection:
            connection.request("GET", "/")
            return connection.getresponse().status < 500
    except (OSError, HTTPException):
        return False


# S3


@dataclass(frozen=True)
class S3Server:
    """An S3 service as one of its users sees it."""

    endpoint: str
    access_key: str
    secret_key: str
    process: Process = field(repr=False, compare=False)  # to stop for faults; moto then forgets all

    @contextmanager
    def client(self) -> Iterator[Any]:
        """A boto3 client that fails at once, and sends only what old gateways understand."""
        made = boto3.session.Session().client(
            "s3",
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            config=Config(
                connect_timeout=5,  # seconds
                read_timeout=60,  # seconds
                retries={"total_max_attempts": 1},
                s3={"addressing_style": "path"},
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )
        try:
            yield made
        finally:
            made.close()


@dataclass(frozen=True)
class CephServer(S3Server):
    """Ceph's S3 gateway as its first user, who may also manage users and buckets, sees it.

    The same is at `https_endpoint` for those who trust the certificate. It matters: over HTTPS
    (only) boto3 sends what Ceph 16 refuses, unless checksums are limited to `when_required`.
    """

    https_endpoint: str
    certificate: Path
    config: Path

    def admin(self, *arguments: str) -> str:
        """What `radosgw-admin` printed, mostly JSON; it works while the gateway is down too."""
        command = ["radosgw-admin", "--conf", str(self.config), *arguments]
        return run(command, clean_environment(self.config.parent))

    def add_user(self, uid: str, *options: str) -> S3Server:
        """The same service as a new user sees it."""
        access_key, secret_key = secrets.token_hex(10).upper(), secrets.token_hex(20)
        keys = ["--access-key", access_key, "--secret", secret_key]
        self.admin("user", "create", "--uid", uid, "--display-name", uid, *keys, *options)
        return S3Server(self.endpoint, access_key, secret_key, self.process)

    def permit(self, uid: str, policy: str) -> None:
        """Give a user this policy, and no other."""
        users = boto3.session.Session().client(
            "iam",
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
        )
        with closing(users):
            users.put_user_policy(UserName=uid, PolicyName="only", PolicyDocument=policy)


class Bucket(NamedTuple):
    """A bucket and the service, as its owner sees it."""

    server: S3Server
    name: str

    def objects(self) -> list[dict[str, Any]]:
        """What it holds, as S3 lists it."""
        with self.server.client() as client:
            found: list[dict[str, Any]] = client.list_objects_v2(Bucket=self.name).get("Contents", [])
            return found

    def get(self, key: str) -> bytes:
        """An object's content."""
        with self.server.client() as client:
            content: bytes = client.get_object(Bucket=self.name, Key=key)["Body"].read()
            return content

    def put(self, key: str, content: bytes) -> None:
        """Replace an object."""
        with self.server.client() as client:
            client.put_object(Bucket=self.name, Key=key, Body=content)

    def delete(self, key: str) -> None:
        """Delete an object."""
        with self.server.client() as client:
            client.delete_object(Bucket=self.name, Key=key)


def new_bucket(server: S3Server) -> Bucket:
    """An empty bucket with a name of its own."""
    name = f"test-{uuid.uuid4()}"
    with server.client() as client:
        client.create_bucket(Bucket=name)
    return Bucket(server, name)


@contextmanager
def moto(folder: Path) -> Iterator[S3Server]:
    """Imitated S3 that takes any keys."""
    if not all(map(importlib.util.find_spec, ["moto", "flask", "flask_cors"])):
        raise MissingProgramsError("no moto server: pip install 'moto[server]'")
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "--host", HOST, "--port", str(port)]
    with Process(
        command, folder / "moto.log", clean_environment(folder), lambda: serves_http(port)
    ) as process:
        yield S3Server(f"http://{HOST}:{port}", "access", "secret", process)


@contextmanager
def ceph(folder: Path) -> Iterator[CephServer]:
    """A Ceph cluster of one monitor, one memory-only store and one S3 gateway."""
    require(
        {
            "ceph": "ceph-common",
            "ceph-authtool": "ceph-common",
            "monmaptool": "ceph-base",
            "openssl": "openssl",
            "ceph-mon": "ceph-mon",
            "ceph-osd": "ceph-osd",
            "radosgw": "radosgw",
            "radosgw-admin": "radosgw",
        }
    )
    environment = clean_environment(folder)
    config, keyring, monmap = folder / "ceph.conf", folder / "keyring", folder / "monmap"
    fsid = str(uuid.uuid4())
    v1, v2, http, https = free_port(), free_port(), free_port(), free_port()
    monitors = f"[v2:{HOST}:{v2},v1:{HOST}:{v1}]"
    for data in "mon", "osd", "rgw":
        (folder / data).mkdir()
    certificate, key = _certificate(folder, environment)
    frontend = (
        f"beast endpoint={HOST}:{http} "
        f"ssl_endpoint={HOST}:{https} ssl_certificate={certificate} ssl_private_key={key}"
    )
    config.write_text(_ceph_config(folder, fsid, monitors, frontend))
    keyring.write_text(_ceph_keyring(run(["ceph-authtool", "--gen-print-key"], environment)))

    def command(program: str, *arguments: str) -> list[str]:
        return [program, "--conf", str(config), *arguments]

    def daemon(arguments: Sequence[str], answers: Callable[[], bool]) -> Process:
        log = folder / f"{arguments[0]}.log"
        return Process([*arguments, "-d"], log, environment, answers)  # -d: stay, log to stderr

    monitor = command("ceph-mon", "--id", "a")
    store = command("ceph-osd", "--id", "0")
    gateway = command("radosgw", "--name", "client.admin")

    run(
        ["monmaptool", "--create", "--fsid", fsid, "--addv", "a", monitors, str(monmap)],
        environment,
    )
    run([*monitor, "--mkfs", "--monmap", str(monmap), "--keyring", str(keyring)], environment)
    with daemon(monitor, lambda: greets(v2, b"ceph v2")):
        run(command("ceph", "osd", "create"), environment)
        run([*store, "--mkfs"], environment)
        # The store is not asked: the gateway answers only when it has one.
        with daemon(store, lambda: True), daemon(gateway, lambda: serves_http(http)) as process:
            endpoints = f"http://{HOST}:{http}", f"https://{HOST}:{https}"
            server = CephServer(endpoints[0], "", "", process, endpoints[1], certificate, config)
            caps = "users=*;buckets=*;metadata=*;usage=*;user-policy=*"
            first = server.add_user("first", "--caps", caps)
            yield replace(server, access_key=first.access_key, secret_key=first.secret_key)


def _certificate(folder: Path, environment: Mapping[str, str]) -> tuple[Path, Path]:
    """A self-signed certificate for two days, and its key."""
    certificate, key = folder / "certificate.pem", folder / "certificate.key"
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    name = ["-subj", f"/CN={HOST}", "-addext", f"subjectAltName=IP:{HOST}"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    run(["openssl", "req", "-x509", *kind, *name, *files], environment)
    return certificate, key


def _ceph_config(folder: Path, fsid: str, monitors: str, frontend: str) -> str:
    """No replicas, and nothing outside the folder.

    The paxos times spare a second's wait for each change of the cluster's maps: a start takes one
    second instead of twelve. Without a cache a gateway is not told what others change, and those
    do not wait half a minute for the answer of one that was killed. The store of Debian 13 looks
    for its classes below the folder that it is started in, unless it is told where they are.
    """
    classes = next(Path("/usr/lib").glob("*/rados-classes"))
    return dedent(f"""\
        [global]
        fsid = {fsid}
        mon host = {monitors}
        mon initial members = a
        public addr = {HOST}
        cluster addr = {HOST}
        auth cluster required = cephx
        auth service required = cephx
        auth client required = cephx

        keyring = {folder}/keyring
        mon data = {folder}/mon
        osd data = {folder}/osd
        rgw data = {folder}/rgw
        run dir = {folder}
        crash dir = {folder}/crash
        mon cluster log file = {folder}/cluster.log
        log file =
        admin socket =

        paxos propose interval = 0.02
        paxos min wait = 0.01
        mon allow pool size one = true
        mon data avail warn = 2
        mon data avail crit = 1
        osd class dir = {classes}
        osd objectstore = memstore
        memstore device bytes = {MEMORY_LIMIT}
        osd crush chooseleaf type = 0
        osd pool default size = 1
        osd pool default min size = 1
        osd pool default pg num = 1
        osd pool default pgp num = 1
        osd pool default pg autoscale mode = off
        rgw frontends = {frontend}
        rgw thread pool size = 32
        rgw cache enabled = false
        """)


def _ceph_keyring(key: str) -> str:
    """One key for all, since nobody here is to be kept from anything."""
    return dedent(f"""\
        [mon.]
        key = {key}
        caps mon = "allow *"
        [client.admin]
        key = {key}
        caps mon = "allow *"
        caps osd = "allow *"
        caps mgr = "allow *"
        [osd.0]
        key = {key}
        caps mon = "allow profile osd"
        caps osd = "allow *"
        """)


# SSH


@dataclass(frozen=True)
class SshServer:
    """Where and how to log in, for sftp:// and rsync:// destinations (absolute paths, please)."""

    host: str
    port: int
    user: str
    key: Path
    known_hosts: Path
    ssh_config: Path
    process: Process = field(repr=False, compare=False)

    def equip(self, home: Path) -> dict[str, str]:
        """Let the user of that home log in, and give the environment for the user's programs.

        Measured with OpenSSH 9.2: `ssh`, `sftp` and `scp` take ~ from the passwd database whatever
        HOME says, and only `-F` points them to other settings. (`rsync` obeys RSYNC_RSH, but
        duplicity removes that.) So PATH begins with wrappers, in ~/.ssh/bin, that add `-F`.
        Paramiko, which duplicity uses for sftp://, obeys HOME.
        """
        settings = home / ".ssh"
        settings.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = Path(shutil.copy(self.key, settings / "id_ed25519"))
        known_hosts = Path(shutil.copy(self.known_hosts, settings / "known_hosts"))
        config = settings / "config"
        config.write_text(_ssh_config(self.port, self.user, key, known_hosts))
        wrappers = settings / "bin"
        wrappers.mkdir(exist_ok=True)
        for program in "ssh", "sftp", "scp":
            wrapper = wrappers / program
            command = shlex.join([str(shutil.which(program)), "-F", str(config)])
            wrapper.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
            wrapper.chmod(0o755)
        return {"HOME": str(home), "PATH": f"{wrappers}:{os.environ['PATH']}"}


@contextmanager
def sshd(folder: Path) -> Iterator[SshServer]:
    """An SSH server that lets in whoever runs the tests, and only with a key made here.

    As root it needs the empty folder /run/sshd, as the system's own server does; made here if
    missing, it stays, since tests that run at the same time may use it too. And the account must
    not be locked ("!" in /etc/shadow; "*" is fine).
    """
    require({"sshd": "openssh-server", "ssh-keygen": "openssh-client", "rsync": "rsync"})
    environment = clean_environment(folder)
    user = pwd.getpwuid(os.geteuid()).pw_name
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    host_key, key = folder / "host_key", folder / "id_ed25519"
    known_hosts, ssh_config = folder / "known_hosts", folder / "ssh_config"
    for path in host_key, key:
        run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)], environment)
    port = free_port()
    known_hosts.write_text(f"[{HOST}]:{port} {host_key.with_suffix('.pub').read_text()}")
    ssh_config.write_text(_ssh_config(port, user, key, known_hosts))
    config = folder / "sshd_config"
    config.write_text(_sshd_config(port, host_key, key.with_suffix(".pub")))
    program = shutil.which("sshd", path=environment["PATH"])
    assert program is not None  # absolute: sshd starts itself anew for each connection
    with Process(
        [program, "-D", "-e", "-f", str(config)],
        folder / "sshd.log",
        environment,
        lambda: greets(port, b"SSH-"),
    ) as process:
        yield SshServer(HOST, port, user, key, known_hosts, ssh_config, process)


def _sshd_config(port: int, host_key: Path, authorized_keys: Path) -> str:
    """MaxStartups, because many at once would be turned away by chance."""
    return dedent(f"""\
        ListenAddress {HOST}:{port}
        HostKey "{host_key}"
        AuthorizedKeysFile "{authorized_keys}"
        StrictModes no
        UsePAM no
        PermitRootLogin prohibit-password
        PasswordAuthentication no
        KbdInteractiveAuthentication no
        PidFile none
        UseDNS no
        MaxStartups 100
        Subsystem sftp internal-sftp
        """)


def _ssh_config(port: int, user: str, key: Path, known_hosts: Path) -> str:
    """Nobody is asked anything, and no key of the developer's agent is tried."""
    return dedent(f"""\
        Host {HOST}
            Port {port}
            User {user}
            IdentityFile "{key}"
            IdentitiesOnly yes
            IdentityAgent none
            UserKnownHostsFile "{known_hosts}"
            GlobalKnownHostsFile /dev/null
            BatchMode yes
        """)


# Passwords


@contextmanager
def session_bus(folder: Path) -> Iterator[dict[str, str]]:
    """The environment variables of a desktop session that has no keyring and starts none."""
    require({"dbus-daemon": "dbus-daemon"})
    config, runtime = folder / "bus.conf", folder / "run"
    if len(bytes(runtime / "keyring/control")) > SOCKET_PATH_LIMIT:
        raise ServerFailedError(f"{folder} is too long a path for sockets")
    runtime.mkdir(mode=0o700)
    address = f"unix:path={quote(str(runtime / 'bus'))}"
    config.write_text(_bus_config(address))
    session = {
        "HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder / ".config"),
        "XDG_DATA_HOME": str(folder / ".local/share"),
        "XDG_RUNTIME_DIR": str(runtime),
        "DBUS_SESSION_BUS_ADDRESS": address,
    }
    with Process(
        ["dbus-daemon", "--nofork", "--nopidfile", f"--config-file={config}"],
        folder / "dbus.log",
        clean_environment(folder),
        lambda: _is_on_bus(session),
    ):
        yield session


@contextmanager
def secret_service(folder: Path) -> Iterator[dict[str, str]]:
    """The same with a real keyring, unlocked."""
    require({"gnome-keyring-daemon": "gnome-keyring"})
    with (
        session_bus(folder) as session,
        Process(
            ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"],
            folder / "keyring.log",
            clean_environment(folder) | session,
            lambda: _is_unlocked(session),
            stdin=KEYRING_PASSWORD,
        ),
    ):
        yield session


def lock_keyring(session: Mapping[str, str]) -> None:
    """From now on reading asks for the keyring's password, in vain: nothing shows the dialog."""
    with _connected(session) as bus:
        secretstorage.get_default_collection(bus).lock()


def unlock_keyring(session: Mapping[str, str]) -> None:
    """Undo `lock_keyring` without a dialog, by a call meant for the login program."""
    with _connected(session) as bus:
        collection = secretstorage.get_default_collection(bus).collection_path
        secret = format_secret(open_session(bus), KEYRING_PASSWORD, "text/plain")
        interface = "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface"
        login = DBusAddressWrapper("/org/freedesktop/secrets", interface, bus)
        login.call("UnlockWithMasterPassword", "o(oayays)", collection, secret)


def _bus_config(address: str) -> str:
    """No folders of services, so nothing is started because somebody asks for it."""
    return dedent(f"""\
        <!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
         "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
        <busconfig>
          <type>session</type>
          <listen>{address}</listen>
          <policy context="default">
            <allow send_destination="*" eavesdrop="true"/>
            <allow eavesdrop="true"/>
            <allow own="*"/>
          </policy>
        </busconfig>
        """)


def _connected(session: Mapping[str, str]) -> DBusConnection:
    return open_dbus_connection(session["DBUS_SESSION_BUS_ADDRESS"])


def _is_on_bus(session: Mapping[str, str]) -> bool:
    try:
        _connected(session).close()
        return True
    except OSError:
        return False


def _is_unlocked(session: Mapping[str, str]) -> bool:
    with _connected(session) as bus, suppress(SecretStorageException):
        return not secretstorage.get_collection_by_alias(bus, "default").is_locked()
    return False
