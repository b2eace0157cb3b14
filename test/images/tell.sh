# What a report's script is made with. tell STEP COMMAND: tells whether the command ends well, and what it says. It has $TRIES, a second apart.
tell() {
  ok=false tried=1
  until note=$(eval "$2" 2>&1) && ok=true || [ $tried -ge "${TRIES:-1}" ]; do
    tried=$((tried + 1))
    sleep 1
  done
  note=$(printf '%s' "$note" | head -c 200 | tr '\n"\\' '   ')
  printf '\n@@{"step":"%s","ok":%s,"ms":0,"note":"%s"}\n' "$1" "$ok" "$note"
}
