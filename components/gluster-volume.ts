import type * as pulumi from "@pulumi/pulumi";
import type { GlusterNames } from "../profiles/profile.ts";
import { Brick } from "../providers/brick.ts";
import { GlusterPeers } from "../providers/gluster-peers.ts";
import { GlusterVolume as Volume } from "../providers/gluster-volume.ts";
import { KernelModule } from "../providers/kernel-module.ts";
import { Lines } from "../providers/lines.ts";
import { Mount } from "../providers/mount.ts";
import { Packages } from "../providers/packages.ts";
import { Service } from "../providers/service.ts";
import type { Storage } from "../site/site.ts";
import { Concern, type ConcernOptions } from "./concern.ts";
import { nestedFolders } from "./folders.ts";

export interface GlusterVolumeArgs {
  /** Names of all hosts of the pool: those with a brick, and those that only mount. */
  readonly hosts: readonly string[];
  readonly storage: Storage;
  /** The volume and its bricks can't be destroyed until this is false; then their data goes too. */
  readonly protectData: boolean;
  /** Whoever owns the folders around the mount: there before it is mounted, and until it is not. */
  readonly owners?: readonly pulumi.Resource[];
  readonly names: GlusterNames;
}

/**
 * The volume that holds the guests' disks (the paper's steps 4 to 10): a pool of all hosts, a brick on
 * each compute host, every file on all of them, mounted on every host at the same place, so that a
 * guest finds its disk wherever it runs.
 */
export class GlusterVolume extends Concern {
  readonly #name: string;
  readonly #args: GlusterVolumeArgs;

  constructor(name: string, args: GlusterVolumeArgs, options: ConcernOptions = {}) {
    super("GlusterVolume", name, options);
    this.#name = name;
    this.#args = args;
    const { hosts, storage } = args;

    const daemons = new Map(hosts.map((host) => [host, this.#daemon(host)]));
    const peers = new GlusterPeers(
      `${name}-peers`,
      {
        host: storage.origin.name,
        key: { pool: name },
        value: Object.fromEntries(storage.peers.map((peer) => [peer, "connected"])),
        about: Object.fromEntries(storage.peers.map((peer) => [peer, peer])),
      },
      this.after(...daemons.values()),
    );
    const bricks = storage.bricks.map(({ host, path }) =>
      this.#brick(host, path, daemons.get(host)),
    );
    const volume = this.#volume(peers, bricks);
    for (const host of hosts) this.#mount(host, volume);
    this.registerOutputs();
  }

  #daemon(host: string): Service {
    const { packages, modules, unit } = this.#args.names;
    const installed = new Packages(
      `${this.#name}-${host}-packages`,
      { host, key: { set: "gluster" }, value: packages },
      this.after(),
    );
    const loaded = modules.map(
      (module) =>
        new KernelModule(
          `${this.#name}-${host}-${module}`,
          { host, key: { name: module }, value: { loaded: true, boot: true } },
          this.after(installed),
        ),
    );
    return new Service(
      `${this.#name}-${host}-daemon`,
      { host, key: { unit }, value: { enabled: true, active: true } },
      this.after(installed, ...loaded),
    );
  }

  #brick(host: string, path: string, daemon: Service | undefined): Brick {
    const { storage, protectData, names } = this.#args;
    const around = storage.brickFolders
      .filter((folder) => folder !== path)
      .map((folder) => ({ path: folder, ...names.brick }));
    const folders = nestedFolders(
      `${this.#name}-${host}`,
      host,
      around,
      (...resources) => this.after(...resources),
      ...(daemon ? [daemon] : []),
    );
    return new Brick(
      `${this.#name}-${host}-brick`,
      {
        host,
        key: { path, volume: storage.volume },
        value: { data: protectData ? "keep" : "discard" },
      },
      { ...this.after(...folders), protect: protectData },
    );
  }

  #volume(peers: GlusterPeers, bricks: readonly Brick[]): Volume {
    const { storage, protectData, names } = this.#args;
    const options = { ...names.options, [names.allowOption]: storage.clients.join(",") };
    return new Volume(
      `${this.#name}-volume`,
      {
        host: storage.origin.name,
        key: { name: storage.volume },
        value: {
          bricks: storage.bricks.map((brick) => brick.name),
          replica: storage.replica,
          started: true,
          // The Brick promises have looked whose data is in the folders; Gluster itself looks only
          // at the file system, and most machines have but one.
          onRootDisk: true,
          ...Object.fromEntries(
            Object.entries(options).map(([option, value]) => [`option/${option}`, value]),
          ),
        },
      },
      { ...this.after(peers, ...bricks), protect: protectData },
    );
  }

  #mount(host: string, volume: Volume): void {
    const { storage, names, owners = [] } = this.#args;
    const { path, type, options } = names.mount;
    const source = `localhost:/${storage.volume}`;
    const after = (...resources: pulumi.Resource[]) => this.after(...resources);
    const name = `${this.#name}-${host}`;
    const folders = nestedFolders(name, host, names.folders, after, volume, ...owners);
    // For people, and for a `mount` by hand; at boot the unit mounts, which knows how to wait.
    const line = new Lines(
      `${this.#name}-${host}-fstab`,
      {
        host,
        key: { path: "/etc/fstab", by: "field 2" },
        value: { [path]: `${source} ${path} ${type} ${options},noauto 0 0` },
      },
      this.after(...folders),
    );
    new Mount(
      `${this.#name}-${host}-mount`,
      {
        host,
        key: { path },
        value: { source, type, options, sourceUnits: [names.unit] },
        after: [volume.written],
      },
      this.after(line, ...folders),
    );
  }
}
