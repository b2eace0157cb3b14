#!/bin/sh
# What the system of a controller's image tells of itself, once it is up.
tell() {
  ok=false
  note=$(eval "$2" 2>&1) && ok=true
  note=$(printf '%s' "$note" | head -c 200 | tr '\n"\\' '   ')
  printf '\n@@{"step":"%s","ok":%s,"ms":0,"note":"%s"}\n' "$1" "$ok" "$note"
}
printf '\n@@{"plan":10}\n'
[ "$(systemctl is-active zerorig)" = active ] || journalctl --no-pager -u zerorig | tail -n 30
tell "multi-user is reached" "systemctl is-active multi-user.target"
tell "the controller is active" "systemctl is-active zerorig"
tell "it runs as a user of its own" '[ "$(ps -o user= -p "$(systemctl show --value -p MainPID zerorig)" | cut -c1-7)" = zerorig ] && echo zerorig'
tell "it found the board" "zerorig status --json | grep -o '\"board\":[^,]*'"
tell "its API answers" "node -e 'fetch(\"http://127.0.0.1:8080/api/v1/status\").then((a) => { console.log(a.status); process.exit(a.ok ? 0 : 1); })'"
tell "br0 has its address" "ip -4 -o address show br0 | grep -o 172.19.181.254"
tell "it is controller" '[ "$(hostname)" = controller ] && hostname'
tell "controller.local is it" "getent hosts controller.local"
tell "its database is on the card" "ls /var/lib/zerorig | tr '\n' ' ' && findmnt -n -o OPTIONS / | grep -o ^rw"
tell "no unit has failed" 'failed=$(systemctl --failed --no-legend --plain | cut -d" " -f1); echo $failed; [ -z "$failed" ]'
systemctl poweroff
