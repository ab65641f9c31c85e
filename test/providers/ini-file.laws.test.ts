import { laws } from "../laws.ts";
import { folderPlace } from "../places.ts";
import { fixture } from "./ini-file.fixture.ts";

laws(fixture, folderPlace);
