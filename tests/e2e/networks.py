"""Two hosts and a server in network namespaces of their own, joined by a bridge: other addresses, real links.

Needs root and iproute2; iptables counts packets. Everything is taken down with the context.
"""

import asyncio
import contextlib
import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from tests.harness import chromium

SERVER = "10.77.0.1"
MEDIA_PORTS = (40000, 40019)
possible = os.geteuid() == 0 and shutil.which("ip") is not None and shutil.which("iptables") is not None


async def run(*command: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate()
    assert process.returncode == 0, f"{' '.join(command)}: {said.decode()}"
    return said.decode()


@dataclass(frozen=True)
class Network:
    """`server` and `hosts` are names of namespaces, `addresses` those of the hosts."""

    server: str
    hosts: tuple[str, str]
    folder: Path

    def inside(self, name: str) -> tuple[str, ...]:
        return "ip", "netns", "exec", name

    def chromium(self, host: str) -> Path:
        """A Chromium that lives on this host: playwright starts it as any other."""
        script = self.folder / f"chromium-{host}"
        script.write_text(f'#!/bin/sh\nexec ip netns exec {host} {chromium()} "$@"\n')
        script.chmod(0o755)
        return script

    async def media_packets(self) -> int:
        """UDP packets that have reached the server's media ports since the network was made."""
        said = await run(*self.inside(self.server), "iptables", "-L", "INPUT", "-vnx")
        return sum(int(line.split()[0]) for line in said.splitlines() if "dpts:" in line)

    async def cut(self, host: str) -> None:
        await run("ip", "-n", host, "link", "set", "wire", "down")

    async def mend(self, host: str) -> None:
        await run("ip", "-n", host, "link", "set", "wire", "up")


@contextlib.asynccontextmanager
async def network(folder: Path) -> AsyncIterator[Network]:
    mark = f"vv{os.getpid()}"
    server, hosts = f"{mark}s", (f"{mark}a", f"{mark}b")
    made = Network(server, hosts, folder)
    try:
        for name in (server, *hosts):
            await run("ip", "netns", "add", name)
            await run("ip", "-n", name, "link", "set", "lo", "up")
        await run("ip", "-n", server, "link", "add", "bridge", "type", "bridge")
        await run("ip", "-n", server, "addr", "add", f"{SERVER}/24", "dev", "bridge")
        await run("ip", "-n", server, "link", "set", "bridge", "up")
        for number, host in enumerate(hosts, start=1):
            await run(
                "ip",
                "-n",
                host,
                "link",
                "add",
                "wire",
                "type",
                "veth",
                "peer",
                "name",
                f"port{number}",
                "netns",
                server,
            )
            await run("ip", "-n", host, "addr", "add", f"10.77.0.1{number}/24", "dev", "wire")
            await run("ip", "-n", host, "link", "set", "wire", "up")
            await run("ip", "-n", server, "link", "set", f"port{number}", "master", "bridge", "up")
        ports = f"{MEDIA_PORTS[0]}:{MEDIA_PORTS[1]}"
        await run(*made.inside(server), "iptables", "-A", "INPUT", "-p", "udp", "--dport", ports)
        yield made
    finally:
        for name in (server, *hosts):
            with contextlib.suppress(AssertionError):
                await run("ip", "netns", "del", name)
