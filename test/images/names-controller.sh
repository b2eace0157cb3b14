#!/bin/sh
# What a controller sees of a Zero on its cable.
. /tell.sh
TRIES=60
printf '\n@@{"plan":5}\n'
tell "the controller: br0 has its address" "ip -4 -o address show br0 | grep -o 172.19.181.254"
tell "the controller: the Zero's cable is in br0" "ip -o link show ethpi3 | grep -o 'master br0'"
tell "the controller: it is controller.local" "getent hosts controller.local"
tell "the controller: p3.local is the Zero" "getent ahostsv4 p3.local | grep -o '172.19.181.3 ' | head -n 1"
tell "the controller: the Zero has been there" "ip neighbour show 172.19.181.3 | grep -o 'lladdr.*'"
# The Zero goes first: it needs the way out.
i=0
while [ $i -lt 60 ] && ip -o link show ethpi3 | grep -q LOWER_UP; do i=$((i + 1)); sleep 1; done
systemctl poweroff
