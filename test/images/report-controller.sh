#!/bin/sh
# What the system of a controller's image tells of itself, once it is up.
. /tell.sh
printf '\n@@{"plan":15}\n'
tell "multi-user is reached" "systemctl is-active multi-user.target"
. /controller-steps.sh
tell "its other secret is its service's alone, which read it" "stat -c '%a %U:%G' /etc/zerorig/webhook.secret | grep -x '600 zerorig:zerorig'"
tell "controller.local is it" "getent hosts controller.local"
tell "its database is on the card" "ls /var/lib/zerorig | tr '\n' ' ' && findmnt -n -o OPTIONS / | grep -o ^rw"
tell "no unit has failed" 'failed=$(systemctl --failed --no-legend --plain | cut -d" " -f1); echo $failed; [ -z "$failed" ]'
systemctl poweroff
