/**
 * One spelling for one rule: in the order of iptables-save, without what it alone spells out. What is
 * wanted and what is live both pass through here, so that `-s 10.0.0.5 -p tcp --dport 22` and
 * `-s 10.0.0.5/32 -p tcp -m tcp --dport 22` are the same rule.
 *
 * It knows the usual options. A wish in a spelling that it does not know is applied all the same, but
 * reads back as another rule, and the run says so: then write it as iptables-save prints it.
 */
export function canonicalRule(text: string): string {
  const parts = new Parts(wordsOf(text));
  const simple = [...parts.take("-s"), ...parts.take("-d"), ...parts.take("-i")];
  const outAndProtocol = [...parts.take("-o"), ...parts.take("-p")];
  const [, protocol = "none"] = outAndProtocol.slice(outAndProtocol.indexOf("-p"));
  return [...simple, ...outAndProtocol, ...shortened(parts.rest, protocol)].map(quoted).join(" ");
}

/** Splits as iptables-restore does: at spaces, but for what stands in double quotes. */
export function wordsOf(text: string): string[] {
  const words = text.matchAll(/"((?:\\.|[^"\\])*)"|(\S+)/g);
  return [...words].map(([, inQuotes, plain]) => inQuotes?.replace(/\\(.)/g, "$1") ?? plain ?? "");
}

/** A word as iptables-restore reads it back. */
export function quoted(word: string): string {
  return /^[^\s"'\\]+$/.test(word) ? word : `"${word.replace(/["\\]/g, "\\$&")}"`;
}

const shortNames: Readonly<Record<string, string>> = {
  "--source": "-s",
  "--src": "-s",
  "--destination": "-d",
  "--dst": "-d",
  "--in-interface": "-i",
  "--out-interface": "-o",
  "--protocol": "-p",
  "--proto": "-p",
  "--jump": "-j",
  "--goto": "-g",
  "--match": "-m",
  "--destination-port": "--dport",
  "--source-port": "--sport",
  "--destination-ports": "--dports",
  "--source-ports": "--sports",
};

/** The words of a rule, from which the options that have a fixed place can be taken out. */
class Parts {
  rest: string[];

  constructor(words: readonly string[]) {
    this.rest = notBefore(words.map((word) => shortNames[word] ?? word));
  }

  take(option: string): string[] {
    const at = this.rest.indexOf(option);
    if (at < 0) return [];
    const negated = this.rest[at - 1] === "!";
    const value = this.rest[at + 1] ?? "";
    this.rest.splice(negated ? at - 1 : at, negated ? 3 : 2);
    if ((option === "-s" || option === "-d") && isEverywhere(value) && !negated) return [];
    const canonical = option === "-p" ? value.toLowerCase() : prefixed(option, value);
    return [...(negated ? ["!"] : []), option, canonical];
  }
}

// Old spelling `-s ! 10.0.0.1`; iptables-save puts the mark before the option.
function notBefore(words: readonly string[]): string[] {
  const moved = [...words];
  for (let at = 1; at < moved.length; at += 1) {
    const option = moved[at - 1] ?? "";
    if (moved[at] === "!" && option.startsWith("-") && !moved[at + 1]?.startsWith("-")) {
      moved[at - 1] = "!";
      moved[at] = option;
    }
  }
  return moved;
}

function isEverywhere(address: string): boolean {
  return /^(0\.0\.0\.0\/0(\.0\.0\.0)?|::\/0)$/.test(address);
}

function prefixed(option: string, value: string): string {
  if (option !== "-s" && option !== "-d") return value;
  const [address = "", mask] = value.split("/");
  if (address.includes(":")) return `${address}/${mask ?? 128}`;
  if (!/^\d+\.\d+\.\d+\.\d+$/.test(address)) return value;
  const length = mask === undefined ? 32 : prefixLength(mask);
  if (length === undefined) return value;
  const bits = length === 0 ? 0 : -1 << (32 - length);
  return `${fromNumber(toNumber(address) & bits)}/${length}`;
}

function prefixLength(mask: string): number | undefined {
  if (/^\d+$/.test(mask)) return Number(mask);
  const bits = (toNumber(mask) >>> 0).toString(2).padStart(32, "0");
  return /^1*0*$/.test(bits) ? bits.replaceAll("0", "").length : undefined;
}

function toNumber(address: string): number {
  return address.split(".").reduce((sum, part) => (sum << 8) | Number(part), 0);
}

function fromNumber(number: number): string {
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join(".");
}

/** Leaves out what iptables-save spells out and nobody writes. */
function shortened(words: readonly string[], protocol: string): string[] {
  const text = words
    .map(quoted)
    .join(" ")
    .replace(/--tcp-flags FIN,SYN,RST,ACK SYN(?= |$)/, "--syn")
    .replace(/ --reject-with icmp6?-port-unreachable$/, "")
    .replace(/(--icmp-type) (echo-re(?:quest|ply))/, (_all, option, name) =>
      name === "echo-request" ? `${option} 8` : `${option} 0`,
    )
    .replace(/--mark (\d+)(?= |$)/, (_all, number) => `--mark 0x${Number(number).toString(16)}`);
  const short = wordsOf(text);
  const named = short.findIndex((word, at) => word === "-m" && short[at + 1] === protocol);
  return named < 0 ? short : short.toSpliced(named, 2);
}
