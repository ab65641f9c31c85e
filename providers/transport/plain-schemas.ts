import { z } from "zod";

// A schema is used some dozen times a run: to compile a function for each costs more than it saves.
z.config({ jitless: true });
