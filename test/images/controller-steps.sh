# The ten steps that every controller's card takes, however it was made.
[ "$(systemctl is-active zerorig)" = active ] || journalctl --no-pager -u zerorig | tail -n 30
tell "the controller is active" "systemctl is-active zerorig"
tell "it runs as a user of its own" 'stat -c %U "/proc/$(systemctl show --value -p MainPID zerorig)" | grep zerorig'
tell "it found the board" "zerorig status --json | grep -o '\"board\":[^,]*'"
tell "its API answers" "node -e 'fetch(\"http://127.0.0.1:8080/api/v1/status\").then((a) => { console.log(a.status); process.exit(a.ok ? 0 : 1); })'"
tell "br0 has its address" "networkctl --no-pager status br0 | grep -o 172.19.181.254"
tell "its link keys are root's, for the group zerorig" "stat -c '%a %U:%G' /etc/zerorig/keys /etc/zerorig/keys/p?.key | sort -u | tr '\n' ' ' | grep -x '640 root:zerorig 750 root:zerorig '"
tell "its token and mining key are root's alone" "stat -c '%a %U:%G' /etc/zerorig/token /etc/zerorig/mining.key | uniq | grep -x '600 root:root'"
tell "its token is that of the card, and no other" "node -e 'const ask = async (t) => (await fetch(\"http://127.0.0.1:8080/redfish/v1/Systems\", { headers: { authorization: \"Bearer \" + t } })).status; (async () => { const a = [await ask(\"a-token-of-the-tests-own\"), await ask(\"another-token-of-nobodys\")].join(); console.log(a); process.exit(a === \"200,401\" ? 0 : 1); })()'"
# As a Zero would, with the key that is on its card.
for i in $(seq 32); do printf 5a; done >/run/agent.key
printf 'slot = "p1"\nworkers = 1\nkernel = "plain"\ncontroller = "ws://172.19.181.254:8686/link"\nkey_file = "/run/agent.key"\n' >/run/agent.toml
node /usr/lib/zerorig/zero-agent.cjs --config /run/agent.toml >/run/agent.log 2>&1 &
tell "a Zero's key opens the link" 'n=0; until journalctl --no-pager -o cat -u zerorig | grep -oE "link.(up|while-off)" | head -n 1 | grep .; do n=$((n + 1)); [ $n -lt 300 ] || { tail -n 3 /run/agent.log; exit 1; }; sleep 2; done'
tell "it is controller" '[ "$(hostname)" = controller ] && hostname'
