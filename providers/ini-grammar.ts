import type { Grammar } from "./entries-awk.ts";

/**
 * Ini files as oslo.config reads them: `=` or `:`, whichever comes first, divides; an indented line
 * continues the value above; a comment fills its line; a section may stand in several places. The id
 * of an entry is `section/key`, with nothing before the slash for a key above the first section.
 * Sections with a slash in their name are left alone, since no id can name them.
 */
export const iniGrammar: Grammar = {
  comment: `/^[#;]/ || $0 == ""`,
  awk: String.raw`
function divider(s,   equal, colon) {
  equal = index(s, "="); colon = index(s, ":")
  return colon && (!equal || colon < equal) ? colon : equal
}
function sectionOf(a) { return substr(a, 1, index(a, "/") - 1) }
function newPrefix(a) { return substr(a, index(a, "/") + 1) " = " }
function leadOf(s, at,   rest) {
  rest = substr(s, at + 1)
  if (rest == "") return s (s ~ /[ \t].$/ ? " " : "")
  return substr(s, 1, at + match(rest, /[^ \t]/) - 1)
}
function idOf(key) { return key == "" || index(section, "/") ? "" : section "/" key }
function render(a, lead,   k, v, out) {
  for (k = 1; k <= size[a]; k++) {
    v = value[a, k]; gsub(/\n/, "\n    ", v)
    out = out (v == "" || v ~ /^\n/ ? chop(lead) v : lead v) "\n"
  }
  return out
}
function understand(   i, s, at, a, current, b, again, real) {
  sections = 1; section = ""; b = 0; seen[""] = 1; last[""] = 0
  for (i = 1; i <= n; i++) {
    s = chop(line[i])
    if (s ~ /^\[.+\]/) {
      section = s ~ /\]$/ ? substr(s, 2, length(s) - 2) : substr(s, 2, index(s, "]") - 2)
      again = section in seen; seen[section] = 1; current = ""
      title[++b] = section; header[i] = 1
    } else if (s ~ /^[#;]/) {
      current = ""; sub(/^[#; \t]+/, "", s); at = divider(s)
      if (at && (a = idOf(chop(substr(s, 1, at - 1)))) != "") example[a] = i
      if (section == "" && !real) last[""] = i
    } else if (s == "" || s !~ /^[ \t]/) {
      at = divider(s)
      current = at ? idOf(chop(substr(s, 1, at - 1))) : ""
      if (current != "") {
        id[i] = current
        text[i] = trim(substr(s, at + 1))
        prefix[i] = leadOf(s, at)
      }
    } else id[i] = current
    block[i] = b
    if (s != "" && !again && line[i] !~ /^[#;]/) { last[section] = i; real = 1 }
  }
}
`,
};
