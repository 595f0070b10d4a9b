export function pageOf(path: string, tag: string): string | null;
