/**
 * Returns the location of an MCP server for each configuration of `gatewayExamples`. A test runs
 * them as shown.
 */
export function mcpExamples(server: string): Record<"nginx" | "Caddy", string> {
  return {
    nginx: `location = /mcp {
    set $goodtake_scope tools:call;
    proxy_pass http://${server};

    # A response can be a stream of events. The client gets each at once, and the next may take an hour.
    proxy_buffering off;
    proxy_read_timeout 1h;
}`,
    Caddy: `handle /mcp {
	vars goodtake_scope tools:call
	import goodtake
	reverse_proxy ${server}
}`,
  };
}

/** The settings of an MCP client. The name of the file differs between clients. */
export const MCP_CLIENT_SETTINGS = `{
  "mcpServers": {
    "reports": {
      "type": "http",
      "url": "https://api.example.com/mcp",
      "headers": { "Authorization": "Bearer \${GOODTAKE_API_KEY}" }
    }
  }
}`;
