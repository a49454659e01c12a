/** Next.js imports Markdown as text (`next.config.mjs`). */
declare module "*.md" {
  const text: string;
  export default text;
}
