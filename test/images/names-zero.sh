#!/bin/sh
# What a Zero sees of the controller, and of the world behind it.
. /tell.sh
TRIES=60
printf '\n@@{"plan":5}\n'
tell "the Zero: usb0 has its address" "ip -4 -o address show usb0 | grep -o 172.19.181.3/24"
tell "the Zero: its way out is the controller" "ip route show default | grep -o 172.19.181.254"
tell "the Zero: it is p3.local" "getent hosts p3.local"
tell "the Zero: controller.local is the controller" "getent ahostsv4 controller.local | grep -o '172.19.181.254 ' | head -n 1"
tell "the Zero: the world sees the controller's address" "node -e 'require(\"net\").connect(8000, \"10.77.0.1\").on(\"error\", () => process.exit(1)).pipe(process.stdout)' | grep -o 10.77.0.2"
sleep 5
systemctl poweroff
