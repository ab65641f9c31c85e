// Makes the project that most of the acceptance brings up, in the folder that it is given: the testbed's
// own, without the OpenStack services. What is tried here needs hosts, and is the same with them.
import { mkdirSync, rmSync } from "node:fs";
import { clone } from "./cloud.ts";
import { type Config, fill } from "./variant.ts";

const [folder = ""] = process.argv.slice(2);
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const config = (one: Config) => {
  one["quintet:services"] = false;
};
fill(folder, clone, { config });
