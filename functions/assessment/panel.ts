/** The ids of the sheets that one confirmation of a panel makes: they derive from its event, and tell nothing of the expert. */
export const derivedSheets = (panel: readonly { readonly person: string }[], eventId: string) =>
  panel.map(({ person }, n) => ({ id: `${eventId}.sheet.${n + 1}`, person }));
