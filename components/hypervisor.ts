import type * as pulumi from "@pulumi/pulumi";
import type { HypervisorNames, Place, Settings } from "../profiles/profile.ts";
import { Certificate, type CertificateAuthority } from "../providers/certificate.ts";
import { File } from "../providers/file.ts";
import { IniFile } from "../providers/ini-file.ts";
import { KernelModule } from "../providers/kernel-module.ts";
import { Packages } from "../providers/packages.ts";
import type { SecretValue } from "../providers/resource.ts";
import { Service } from "../providers/service.ts";
import { Task } from "../providers/task.ts";
import type { Host } from "../site/site.ts";
import { Concern, type ConcernOptions } from "./concern.ts";
import { fileWithFolder, nestedFolders } from "./folders.ts";

export interface HypervisorArgs {
  /** Guests come and go over its address in the LAN alone. */
  readonly host: Host;
  /** Signs for the hosts that may hand guests to each other, and for nobody else. */
  readonly authority: CertificateAuthority;
  /** A counter: when it moves, the host's certificate is drawn anew. */
  readonly draw: number;
  /** What the processor brings for guests; "none" emulates them, which is slow but works anywhere. */
  readonly acceleration: "intel" | "amd" | "none";
  readonly names: HypervisorNames;
}

/**
 * A host that runs guests (the paper's steps 11 to 15) and hands them, running, to the others. The
 * paper opens libvirt to the whole LAN without a password, where whoever connects is root; here both
 * sides show a certificate of the cloud's own authority, on the LAN's address only.
 */
export class Hypervisor extends Concern {
  readonly #name: string;
  readonly #args: HypervisorArgs;
  readonly #packages: Packages;

  constructor(name: string, args: HypervisorArgs, options: ConcernOptions = {}) {
    super("Hypervisor", name, options);
    this.#name = name;
    this.#args = args;
    const { names } = args;
    const { name: host, address } = args.host;
    const { daemon, migration } = names;

    this.#packages = new Packages(
      `${name}-packages`,
      { host, key: { set: "hypervisor" }, value: names.packages },
      this.after(),
    );
    const ready = this.#processor();

    const certificates = this.#certificates();
    const settings = [daemon.settings, daemon.guestSettings(address)].map((one) =>
      this.#settings(one),
    );
    const listening = fileWithFolder(
      `${name}-migration-socket-address`,
      host,
      migration.listenOn(address),
      (...resources) => this.after(...resources),
      this.#packages,
    );
    // A socket that lets in whoever asks is closed before the one with certificates opens.
    const closed = [...migration.openSockets, ...names.unwantedUnits].map((unit) =>
      this.#service(unit, { enabled: false, active: false }, [], [this.#packages]),
    );
    const socket = this.#service(
      migration.socket,
      { enabled: true, active: true },
      [listening],
      [...certificates, ...closed],
    );
    const files = [...settings, ...certificates];
    const { settings: own, guestSettings } = daemon;
    const { authority, certificate, key } = migration.certificates;
    const read = [own, guestSettings(address), ...authority, ...certificate, ...key];
    this.#service(
      daemon.unit,
      { enabled: true, active: true, files: read.map(({ path }) => path) },
      files,
      [socket, ...ready],
    );
    this.registerOutputs();
  }

  #processor(): pulumi.Resource[] {
    const { names, acceleration } = this.#args;
    const host = this.#args.host.name;
    const { modules, requirements } = names.acceleration[acceleration];
    const loaded = [...names.modules, ...modules].map(
      (module) =>
        new KernelModule(
          `${this.#name}-${module}`,
          { host, key: { name: module }, value: { loaded: true, boot: true } },
          this.after(this.#packages),
        ),
    );
    const met = requirements.map(({ name, check, run }) => {
      const value = { check: check.text, run: run.text };
      const promise = { host, key: { name }, value };
      return new Task(`${this.#name}-${name}`, promise, this.after(...loaded));
    });
    return [...loaded, ...met];
  }

  #certificates(): File[] {
    const { authority, draw, names } = this.#args;
    const { name: host, address } = this.#args.host;
    const places = names.migration.certificates;
    const own = new Certificate(
      `${this.#name}-certificate`,
      { authority, commonName: host, dnsNames: [host], addresses: [address], draw },
      { parent: this },
    );
    const folders = nestedFolders(
      `${this.#name}-folder`,
      host,
      places.folders,
      (...resources) => this.after(...resources),
      this.#packages,
    );
    const file = (place: Place, content: pulumi.Input<string>) =>
      this.#file(place, { value: { content } }, folders);
    const secret = { value: own.privateKeyPem, draw };
    return [
      ...places.authority.map((place) => file(place, authority.certificatePem)),
      ...places.certificate.map((place) => file(place, own.certificatePem)),
      ...places.key.map((place) => this.#file(place, { secrets: { content: secret } }, folders)),
    ];
  }

  #file(
    { path, ...ownership }: Place,
    text: { value?: { content: pulumi.Input<string> }; secrets?: Record<string, SecretValue> },
    folders: readonly pulumi.Resource[],
  ): File {
    const host = this.#args.host.name;
    // A secret content is not among the plain values; the type of a file's value asks for one.
    const value = { ...ownership, ...text.value } as { content: string } & typeof ownership;
    return new File(
      `${this.#name}-${path}`,
      { host, key: { path }, value, ...(text.secrets && { secrets: text.secrets }) },
      this.after(...folders),
    );
  }

  #settings({ path, values }: Settings): IniFile {
    const promise = { host: this.#args.host.name, key: { path }, value: { ...values } };
    return new IniFile(`${this.#name}-${path}`, promise, this.after(this.#packages));
  }

  #service(
    unit: string,
    value: { enabled: boolean; active: boolean; files?: string[] },
    reads: readonly (File | IniFile)[],
    before: readonly pulumi.Resource[],
  ): Service {
    return new Service(
      `${this.#name}-${unit}`,
      {
        host: this.#args.host.name,
        key: { unit },
        value,
        after: reads.map((file) => file.written),
      },
      this.after(...before, ...reads),
    );
  }
}
