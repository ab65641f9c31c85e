import type { Draft } from "../draft.ts";
import { type Problem, set } from "../problems.ts";
import { passwordNames } from "../schema.ts";

const projects = ["admin", "service"];

/** A member or project of a name that the cloud itself uses. */
export function checkTenant({ tenant }: Draft): readonly Problem[] {
  const own = (part: "member" | "project", taken: readonly string[]): readonly Problem[] => {
    const found = tenant?.[part];
    if (found === undefined || !taken.includes(found)) return [];
    const path = ["tenant", part];
    const allowed = `a name that the cloud does not use itself: not ${taken.join(", ")}`;
    return [{ path, found: JSON.stringify(found), allowed, fix: set(path, "demo") }];
  };
  // An account of a service is called like its password.
  const accounts = passwordNames.filter((name) => name !== "member");
  return [...own("member", accounts), ...own("project", projects)];
}
