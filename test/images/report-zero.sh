#!/bin/sh
# What the system of a Zero's built image tells of itself, once it is up. The emulator has no device controller, so no gadget.
. /tell.sh
log() { journalctl --no-pager -o cat -u zero-agent; }
# The emulated adapter is found late, and so is the controller.
i=0
until log | grep -q '"link.up"' || [ $i -ge 120 ]; do sleep 2; i=$((i + 1)); done
printf '\n@@{"plan":10}\n'
[ "$(systemctl is-active zero-agent)" = active ] || log | tail -n 30
tell "multi-user is reached" "systemctl is-active multi-user.target"
tell "the agent is active" "systemctl is-active zero-agent"
tell "the agent found its engine" "log | grep -o 'kernel.chosen.*measuredHs.*[0-9]'"
tell "the agent dialled and was let in" "log | grep -o link.up"
tell "its name is its slot's" 'hostname | grep "^p[1-9]"'
tell "the system lies in memory" "findmnt -n -o FSTYPE / | grep overlay && ls /etc/zerorig/in-memory"
tell "what is written is there" "echo x >/etc/written && cat /etc/written"
tell "it has its key" "wc -c </etc/zerorig/agent.key | grep 65"
tell "its name is known by mDNS" 'getent hosts "$(hostname).local"'
tell "no unit has failed but the gadget's" 'failed=$(systemctl --failed --no-legend --plain | cut -d" " -f1 | grep -v "^zerorig-gadget"); echo $failed; [ -z "$failed" ]'
# Its first job takes it some seconds.
sleep 20
systemctl poweroff
