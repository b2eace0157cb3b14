// The scripts that dpkg runs when a package with a service comes, changes or goes.

interface ServiceOptions {
  /** Removed when the package is purged. */
  readonly stateDirectory: string | null;
}

/** For one unit: enabled and started when it comes, restarted when it changes, stopped before it goes. */
export function serviceScripts(
  unit: string,
  { stateDirectory }: ServiceOptions,
): Readonly<Record<string, string>> {
  return {
    postinst: script(`
if [ "$1" = configure ]; then
  systemd-sysusers
  systemd-tmpfiles --create || true
  deb-systemd-helper unmask ${unit} >/dev/null || true
  # Whoever disabled it keeps it so.
  if deb-systemd-helper --quiet was-enabled ${unit}; then
    deb-systemd-helper enable ${unit} >/dev/null || true
  else
    deb-systemd-helper update-state ${unit} >/dev/null || true
  fi
  if [ -d /run/systemd/system ]; then
    systemctl daemon-reload || true
    if command -v udevadm >/dev/null; then
      udevadm control --reload || true
      udevadm trigger --subsystem-match=i2c-dev --subsystem-match=gpio || true
    fi
    deb-systemd-invoke restart ${unit} || true
  fi
fi`),
    prerm: script(`
if [ "$1" = remove ] && [ -d /run/systemd/system ]; then
  deb-systemd-invoke stop ${unit} || true
fi`),
    postrm: script(`
if [ "$1" = remove ] && command -v deb-systemd-helper >/dev/null; then
  deb-systemd-helper mask ${unit} >/dev/null || true
fi
if [ "$1" = purge ]; then
  if command -v deb-systemd-helper >/dev/null; then
    deb-systemd-helper purge ${unit} >/dev/null || true
    deb-systemd-helper unmask ${unit} >/dev/null || true
  fi${stateDirectory === null ? "" : `\n  rm -rf ${stateDirectory}`}
fi
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload || true
fi`),
  };
}

function script(body: string): string {
  return `#!/bin/sh\nset -e\n${body.trim()}\n`;
}
