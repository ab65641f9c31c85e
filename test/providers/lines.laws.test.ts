import { laws } from "../laws.ts";
import { folderPlace } from "../places.ts";
import { fixtures } from "./lines.fixture.ts";

for (const fixture of fixtures) laws(fixture, folderPlace);
