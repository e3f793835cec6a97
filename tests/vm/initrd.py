"""What a test machine starts with: the disk is mounted, and what the tests need is laid over it in /run, so that the
disk itself is nothing but Debian with the package. Made anew for each run, within a moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.vm.image import Image

SHARE = "/run/vm"
UNITS = "run/systemd/system"
# Each costs a second or more of an emulated boot, and none has to do with a modem.
MASKED = """
getty@tty1.service serial-getty@ttyS0.service getty-static.service systemd-remount-fs.service e2scrub_reap.service
apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer fstrim.timer dpkg-db-backup.timer systemd-timesyncd.service
systemd-update-utmp.service systemd-update-utmp-runlevel.service systemd-pcrphase.service systemd-binfmt.service
systemd-pcrphase-sysinit.service systemd-hwdb-update.service systemd-journal-catalog-update.service ldconfig.service
systemd-random-seed.service systemd-update-done.service systemd-firstboot.service systemd-machine-id-commit.service
systemd-boot-random-seed.service systemd-tpm2-setup-early.service systemd-tpm2-setup.service kmod-static-nodes.service
modprobe@configfs.service modprobe@dm_mod.service modprobe@drm.service modprobe@efi_pstore.service
modprobe@fuse.service modprobe@loop.service systemd-user-sessions.service systemd-ask-password-console.path
systemd-ask-password-wall.path systemd-journal-flush.service systemd-tmpfiles-clean.timer
sys-kernel-debug.mount sys-kernel-tracing.mount dev-hugepages.mount dev-mqueue.mount sys-fs-fuse-connections.mount
proc-sys-fs-binfmt_misc.automount
"""
# Python's own files of the tests are compiled once for each machine and not at each boot.
AGENT = f"""[Unit]
Description=The guest's side of the machine tests
DefaultDependencies=no
Wants=systemd-udevd.service
After=systemd-udevd.service systemd-tmpfiles-setup-dev.service
Before=modemd.service shutdown.target
Conflicts=shutdown.target

[Service]
Type=notify
Environment=PYTHONPATH={SHARE} PYTHONPYCACHEPREFIX=/var/cache/vm
ExecStart=/usr/bin/python3 -m guest.agent
TimeoutStartSec=infinity
KillMode=process
"""
# All that is there at boot is there before udev is: the stick is plugged into a machine that listens.
NO_COLDPLUG = "[Service]\nExecStart=\nExecStart=/bin/true\n"
JOURNAL = "[Journal]\nStorage=volatile\nForwardToConsole=no\n"
INIT = f"""#!/bin/busybox sh
busybox() {{ /bin/busybox "$@"; }}
busybox mount -t proc proc /proc
busybox mount -t devtmpfs dev /dev
for module in /modules/*; do busybox insmod $module; done
busybox mount -t ext4 /dev/vda /root || {{ echo 'the disk cannot be mounted'; busybox poweroff -f; }}
busybox mount -t tmpfs -o mode=755 run /root/run
busybox cp -a /run/. /root/run/
busybox mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144,cache=loose,ro share /root{SHARE}
busybox mount --move /dev /root/dev
busybox umount /proc
exec /bin/busybox switch_root /root /lib/systemd/systemd
"""


def write(image: Image, target: Path) -> None:
    files = {
        "init": INIT.encode(),
        "bin/busybox": image.busybox.read_bytes(),
        f"{UNITS}/vm-agent.service": AGENT.encode(),
        f"{UNITS}/systemd-udev-trigger.service.d/vm.conf": NO_COLDPLUG.encode(),
        "run/systemd/journald.conf.d/vm.conf": JOURNAL.encode(),
    }
    files |= {f"modules/{module.name}": module.read_bytes() for module in sorted(image.modules.iterdir())}
    links = {f"{UNITS}/{unit}": "/dev/null" for unit in MASKED.split()}
    links[f"{UNITS}/sysinit.target.wants/vm-agent.service"] = "../vm-agent.service"
    target.write_bytes(b"".join(_cpio(files, links, ("proc", "dev", "root", SHARE.strip("/")))))


def _cpio(files: Mapping[str, bytes], links: Mapping[str, str], empty: tuple[str, ...]) -> Iterator[bytes]:
    """An archive in the kernel's "newc" format (its Documentation/driver-api/early-userspace/buffer-format.rst)."""
    paths = [*files, *links, *(f"{folder}/" for folder in empty)]
    folders = {str(folder) for path in paths for folder in Path(f"{path}x").parents if str(folder) != "."}
    entries = [(folder, 0o040755, b"") for folder in sorted(folders)]
    entries += [(name, 0o100755 if name in ("init", "bin/busybox") else 0o100644, files[name]) for name in files]
    entries += [(name, 0o120777, target.encode()) for name, target in links.items()]
    for number, (name, mode, data) in enumerate([*entries, ("TRAILER!!!", 0, b"")]):
        fields = (number, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0)
        head = b"070701" + b"".join(b"%08x" % field for field in fields) + name.encode() + b"\0"
        yield head + b"\0" * (-len(head) % 4) + data + b"\0" * (-len(data) % 4)
