/** The `SCOPES_FILE` that the configurations of `gatewayExamples` and `mcpExamples` need. */
export const SCOPES_EXAMPLE = `[
  {
    "name": "reports:read",
    "title": "Read reports",
    "description": "List and download reports."
  },
  {
    "name": "reports:write",
    "title": "Write reports",
    "description": "Create, change and delete reports.",
    "implies": ["reports:read"]
  },
  {
    "name": "tools:call",
    "title": "Call tools",
    "description": "List and call the tools of the MCP server."
  }
]`;
