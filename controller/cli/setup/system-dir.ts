// Where a rig's configuration lies unless somebody says otherwise.

export const SYSTEM_DIR = "/etc/zerorig";
