import type { Grammar } from "./entries-awk.ts";

/** How a line is known again. */
export type By = "field 1" | "field 2" | "assignment" | "line" | "marker";

/**
 * Files of lines. A comment is nobody's, but for `assignment` a commented example shows where a new line
 * goes. A new line that would not be known again by its id ends the edit before anything is written.
 */
export function linesGrammar(by: By): Grammar {
  return { awk: `BEGIN { by = "${by}" }${grammar}` };
}

const grammar = String.raw`
function sectionOf(a) { return "" }
function newPrefix(a) { return "" }
function marker(a) { return by == "marker" ? "  # quintet: " a : "" }
function assigned(s) {
  sub(/^export[ \t]+/, "", s)
  return s ~ /^[A-Za-z_][A-Za-z0-9_.-]*[ \t]*=/ ? chop(substr(s, 1, index(s, "=") - 1)) : ""
}
function idOf(s,   field) {
  if (by == "marker") {
    return match(s, /[ \t]# quintet: .+$/) ? substr(s, RSTART + 12) : ""
  }
  if (s ~ /^#/) return ""
  if (by == "line") return s
  if (by == "assignment") return assigned(s)
  split(s, field)
  return field[substr(by, 7) + 0]
}
function render(a, lead,   k, s, out) {
  for (k = 1; k <= size[a]; k++) {
    s = value[a, k] marker(a)
    if (idOf(trim(s)) != a) {
      print "no line of this text would be known again as " a ", by its " by | "cat 1>&2"
      exit 3
    }
    out = out s "\n"
  }
  return out
}
function understand(   i, s) {
  last[""] = n + 0
  for (i = 1; i <= n; i++) {
    s = trim(line[i])
    if ((id[i] = idOf(s)) != "") {
      text[i] = by == "marker" ? chop(substr(s, 1, match(s, /[ \t]# quintet: /) - 1)) : s
    } else if (by == "assignment" && s ~ /^#/) {
      sub(/^[# \t]+/, "", s)
      if ((s = assigned(s)) != "") example[s] = i
    }
  }
}
`;
