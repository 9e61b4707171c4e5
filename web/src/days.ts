/** A whole number of days as typed, or null. */
export function wholeDays(text: string): number | null {
  return /^\d{1,5}$/.test(text.trim()) ? Number(text.trim()) : null;
}
