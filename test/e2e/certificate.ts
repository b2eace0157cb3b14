// A certificate for 127.0.0.1 that nobody else trusts.

import { execFileSync } from "node:child_process";
import { chmodSync } from "node:fs";
import { join } from "node:path";

export interface Certificate {
  readonly certFile: string;
  readonly keyFile: string;
}

/** Writes both files into the folder; the key may be read by servers that drop their rights. */
export function makeCertificate(dir: string): Certificate {
  const [certFile, keyFile] = [join(dir, "cert.pem"), join(dir, "key.pem")];
  const kind = [
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:prime256v1",
    "-nodes",
    "-days",
    "2",
  ];
  const name = ["-subj", "/CN=e2e", "-addext", "subjectAltName=IP:127.0.0.1"];
  const out = ["-keyout", keyFile, "-out", certFile];
  execFileSync("openssl", ["req", "-x509", ...kind, ...name, ...out], { stdio: "ignore" });
  chmodSync(keyFile, 0o644);
  return { certFile, keyFile };
}
