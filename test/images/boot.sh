#!/bin/sh
# The first program of the emulated machine, in place of a Pi's kernel with its drivers built in: loads those of this machine, and
# hands over to the card's system as that kernel would.
export PATH=/bin
mount -t proc proc /proc
mount -t devtmpfs dev /dev
while read -r file parameters; do
  # shellcheck disable=SC2086
  insmod "$file" $parameters || echo "boot: $file did not load"
done </etc/modules
until [ -b /dev/vda2 ]; do sleep 0.1; done
mount -o ro /dev/vda2 /root || echo "boot: no root"
init=$(sed -n 's/.*\binit=\([^ ]*\).*/\1/p' /proc/cmdline)
umount /proc
mount --move /dev /root/dev
exec switch_root /root "${init:-/sbin/init}"
