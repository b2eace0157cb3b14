#!/bin/sh
# Writes wherever a program of a Zero can write, as fast as it can, and says so on the console after each round.
i=0
while :; do
  i=$((i + 1))
  for folder in /etc /var/lib /var/log /usr/local /root /home; do
    head -c 20000 /dev/urandom >"$folder/zr-written-$((i % 40))"
    rm -f "$folder/zr-written-$(((i + 20) % 40))"
  done
  mkdir -p "/var/zr-$((i % 7))/a/b" && mv "/var/zr-$((i % 7))" "/var/zr-moved-$i" && rm -rf /var/zr-moved-*
  sync
  echo "@@written $i" >/dev/console
done
