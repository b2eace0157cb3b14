/** Style sheets are the build's business. */
declare module "*.css";
