#!/bin/sh
# The first program of a Pi: loads what its kernel needs to find the system, and hands over to it. The system is the card's, or one that
# came along in memory (netboot), with memory over it.
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
modules=/etc/modules
[ ! -e /system.squashfs ] || modules=/etc/modules-in-memory
while read -r file; do
  # A board has only some of these parts.
  insmod "$file" 2>/dev/null
done <$modules
root= init=/sbin/init
for word in $(cat /proc/cmdline); do
  case $word in
  root=*) root=${word#root=} ;;
  init=*) init=${word#init=} ;;
  esac
done

stop() {
  echo "zerorig: $1" >/dev/console
  # The board's watchdog, or a person, starts it again.
  exec sh </dev/console >/dev/console 2>&1
}

if [ -e /system.squashfs ]; then
  mkdir -p /lower /memory
  mount -t squashfs -o loop,ro /system.squashfs /lower || stop "the system that came along is damaged"
  mount -t tmpfs -o size=50%,mode=0755 memory /memory && mkdir /memory/upper /memory/work
  # What is this slot's own: its name, its address, its key.
  cp -a /slot/. /memory/upper/
  # No card is to be mounted; and the agent tells the controller that what it is given ends with the power.
  : >/memory/upper/etc/fstab
  : >/memory/upper/etc/zerorig/in-memory
  mount -t overlay -o lowerdir=/lower,upperdir=/memory/upper,workdir=/memory/work system /root ||
    stop "no memory over the system"
else
  i=0
  until device=$(findfs "$root" 2>/dev/null) || [ -b "${device:=$root}" ]; do
    i=$((i + 1))
    [ $i -lt 600 ] || stop "no card with $root"
    sleep 0.1
  done
  mount -t ext4 -o ro "$device" /root || stop "the system on $device cannot be mounted"
  # Left as it is by a Zero. Another's system mounts it writable itself, as its fstab says.
fi
umount /proc /sys
mount --move /dev /root/dev
exec switch_root /root "$init"
