#!/bin/sh
# What the system of a Zero's image tells of itself, once it is up.
. /tell.sh
i=0
while [ $i -lt 90 ] && [ "$(systemctl is-active zero-agent)" != active ]; do sleep 1; i=$((i + 1)); done
printf '\n@@{"plan":8}\n'
[ "$(systemctl is-active zero-agent)" = active ] || journalctl --no-pager -u zero-agent | tail -n 30
tell "the agent is active" "systemctl is-active zero-agent"
tell "it is p3" '[ "$(hostname)" = p3 ] && hostname'
tell "the system lies in memory over the card" "findmnt -n -o FSTYPE / | grep overlay"
tell "what is written is there" "echo x >/etc/written && cat /etc/written"
tell "the gadget is bound" "cat /sys/kernel/config/usb_gadget/zerorig/UDC | grep ."
tell "usb0 has its address" "networkctl --no-pager status usb0 | grep -o 172.19.181.3"
tell "its addresses are the vendor's" "cat /sys/class/net/*/address | grep -c '00:22:82:ff:f[ef]:03' | grep 2"
tell "of our units none has failed" "! systemctl --failed --no-legend | grep zero"
systemctl poweroff
