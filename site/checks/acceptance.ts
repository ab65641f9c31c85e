import type { Draft } from "../draft.ts";
import { type Problem, set } from "../problems.ts";

/** Wanted where there is nothing to try. */
export function checkAcceptance(draft: Draft): readonly Problem[] {
  if (!draft.acceptance) return [];
  const path = ["acceptance"];
  // What has the wrong shape has been told already, and is not in the draft.
  if (!draft.services && (draft.services === false || !("services" in draft))) {
    const allowed = "true beside services: true, since guests are what it tries";
    return [{ path, found: "true, without services", allowed, fix: set(["services"], true) }];
  }
  if (!draft.tenant || "image" in draft.tenant) return [];
  const allowed = "true beside an image that guests boot from";
  const fix = set(["tenant", "image", "file"], "/srv/images/debian-13.qcow2");
  return [{ path, found: "true, without tenant.image", allowed, fix }];
}
