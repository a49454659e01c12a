import { writeFileSync } from "node:fs";
import path from "node:path";
import { PROJECT } from "#scripts/command.ts";
import { configurationPage, exampleFile } from "#scripts/configuration-files.ts";

writeFileSync(path.join(PROJECT, "docs/configuration.md"), configurationPage());
writeFileSync(path.join(PROJECT, ".env.example"), exampleFile());
