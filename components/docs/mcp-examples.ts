/** Returns an MCP server's location for each configuration of `gatewayExamples`. Tests run them. */
export function mcpExamples(server: string): Record<"nginx" | "Caddy", string> {
  return {
    nginx: `location = /mcp {
    set $goodtake_scope tools:call;
    proxy_pass http://${server};

    # A response can be a stream of events. Send each event immediately, and wait an hour for the next.
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

/** The settings of an MCP client. Clients use different file names. */
export const MCP_CLIENT_SETTINGS = `{
  "mcpServers": {
    "reports": {
      "type": "http",
      "url": "https://api.example.com/mcp",
      "headers": { "Authorization": "Bearer \${GOODTAKE_API_KEY}" }
    }
  }
}`;
