// The awk programs that read and edit files of entries. They are for any POSIX awk (mawk, gawk, busybox),
// and take instructions first, a line each, up to a line that is a dot; then the text. An instruction
// is a letter, a blank and a word: `i` names an entry, `v` gives it a value, `c` one more line of that
// value, `s` names a section that stays though it is empty. What is read is printed in the same form.

/** What a grammar has to define: `understand()`, which fills in what the programs below look at. */
export interface Grammar {
  /**
   * `id[i]`: the entry that line i belongs to; `text[i]`: the value that begins there; `prefix[i]`: what
   * stays in front of a new value; `example[id]`, `last[section]`: where a new entry goes behind;
   * `block[i]`, `header[i]`, `title[block]`: sections; `render`: a value as the lines of the file.
   */
  readonly awk: string;
  /** What a line of comment alone begins with, where nothing but its place means something to a reader. */
  readonly comment?: string;
}

const instructions = String.raw`
function trim(s) { sub(/^[ \t]+/, "", s); return chop(s) }
function chop(s) { sub(/[ \t\r]+$/, "", s); return s }
!reading && $0 == "." { reading = 1; next }
!reading {
  letter = substr($0, 1, 1); word = substr($0, 3)
  if (letter == "i") { now = word; asked[now] = 1; order[++asks] = now; size[now] = 0 }
  else if (letter == "v") value[now, ++size[now]] = word
  else if (letter == "c") value[now, size[now]] = value[now, size[now]] "\n" word
  else if (letter == "s") stays[word] = 1
  next
}
`;

/** What each program begins with: it takes instructions, and then the lines. */
function reading(grammar: Grammar): string {
  return `${instructions}{ line[++n] = $0 }\n${grammar.awk}`;
}

/** Ends what is told of a file. */
export const separator = "\x1e";

/**
 * Prints every entry of the files that are named, a part for each: its path, the entries, `end`, and the
 * separator. An odd file, which has a NUL or a separator in what is told of it, can be left out, for a
 * shell would lose the one and take the other for the end. Most of a packaged file is comments: of many in
 * a row one is enough, and the rule for them comes first.
 */
export function listing(grammar: Grammar, odd: "told" | "left out"): string {
  const { comment } = grammar;
  const skip =
    comment === undefined
      ? ""
      : `${comment} { if (!skipping) line[++n] = "#"; skipping = 1; next }\n{ skipping = 0 }\n`;
  const look =
    odd === "told"
      ? ""
      : String.raw`BEGIN { nul = sprintf("%c", 0); if (length(nul) != 1) exit }
index($0, nul) || index($0, "\036") { odd = 1 }
`;
  return `BEGIN { reading = 1 }
FNR == 1 { tell(); file = FILENAME }
${skip}${look}${reading(grammar)}${String.raw`
function tell(   i) {
  if (file != "" && !odd) {
    understand()
    print file "\n"
    for (i = 1; i <= n; i++) {
      if (i in text) print "i " id[i] "\nv " text[i]
      else if (id[i] != "") print "c " trim(line[i])
    }
    printf "end\n\036"
  }
  n = odd = 0
  split("", id)
  split("", text)
}
END { tell() }`}`;
}

/**
 * Prints the text with the named entries set to their values: the first of its lines is replaced, others
 * are dropped, a new entry goes behind its commented example or its section, but not in front of an
 * indented line, which would become part of its value. A section that loses its last line goes too.
 */
export function editing(grammar: Grammar): string {
  return `${reading(grammar)}${String.raw`
function place(a, rendered,   section, at) {
  if (a in example) {
    at = example[a]
    while (sections && line[at + 1] ~ /^[ \t]+[^ \t\r]/) at++
    behind[at] = behind[at] rendered
    return
  }
  section = sectionOf(a)
  if (section in last) { behind[last[section]] = behind[last[section]] rendered; return }
  if (!(section in fresh)) titles[++freshes] = section
  fresh[section] = fresh[section] rendered
}
function written(i) { return (id[i] in asked) ? first[id[i]] == i && size[id[i]] : 1 }
END {
  understand()
  for (i = 1; i <= n; i++) if ((id[i] in asked) && !(id[i] in first)) first[id[i]] = i
  for (k = 1; k <= asks; k++) {
    a = order[k]
    if (!size[a]) continue
    if (a in first) instead[a] = render(a, prefix[first[a]])
    else place(a, render(a, newPrefix(a)))
  }
  for (i = 1; i <= n; i++) {
    if (!written(i)) lost[block[i]] = 1
    else if (!(i in header) && line[i] !~ /^[ \t\r]*$/) alive[block[i]] = 1
    if (i in behind) alive[block[i]] = 1
  }
  for (i = 1; i <= n; i++) {
    b = block[i]
    if ((i in header) && (b in lost) && !(b in alive) && !(title[b] in stays)) {
      skip[i] = 1
      if (i > 1 && line[i - 1] ~ /^[ \t\r]*$/) skip[i - 1] = 1
    }
  }
  printf "%s", behind[0]
  for (i = 1; i <= n; i++) {
    if (i in skip) continue
    if (!(id[i] in asked)) print line[i]
    else if (written(i)) printf "%s", instead[id[i]]
    if (i in behind) printf "%s", behind[i]
  }
  for (k = 1; k <= freshes; k++) {
    if (n || k > 1) print ""
    printf "[%s]\n%s", titles[k], fresh[titles[k]]
  }
}`}`;
}

/**
 * Prints the others' part of the text, what is left without the named entries, to be sorted and compared:
 * each entry with its value on one line, then what is no entry. Headers do not count, nor do blank lines
 * where there are sections, since an edit may add and drop them.
 */
export function othersPart(grammar: Grammar): string {
  return `${reading(grammar)}${String.raw`
END {
  understand()
  for (i = 1; i <= n; i++) {
    if ((i in header) || (id[i] in asked)) continue
    if (i in text) printf "\n%s\t%s", id[i], text[i]
    else if (id[i] != "") printf "\t%s", trim(line[i])
    else if (!sections || line[i] !~ /^[ \t\r]*$/) printf "\n%s", line[i]
  }
  print ""
}`}`;
}
