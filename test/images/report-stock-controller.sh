#!/bin/sh
# What the system of a customised controller's image tells of itself, once it is up.
. /tell.sh
i=0
while [ $i -lt 200 ] && [ "$(systemctl is-active zerorig)" != active ]; do sleep 2; i=$((i + 1)); done
printf '\n@@{"plan":12}\n'
. /controller-steps.sh
tell "a Zero can be switched on" 'zerorig on p2 --reason test >/dev/null; n=0; until hatctl --board v2.3 status | grep -i "p2.*on"; do n=$((n + 1)); [ $n -lt 30 ] || exit 1; sleep 2; done'
tell "no unit of ours has failed" "! systemctl --failed --no-legend | grep zero"
systemctl poweroff
