import type { Allowed } from "./picture.ts";

/** What destroy does not put back, and why that is no harm. */
export const allowedAfterDestroy: readonly Allowed[] = [
  {
    line: /^[-+] etc .* \/etc\/(passwd|group|shadow|gshadow|subuid|subgid)-( |$)/,
    because: "the backups that useradd and userdel keep of the last state but one",
  },
];
