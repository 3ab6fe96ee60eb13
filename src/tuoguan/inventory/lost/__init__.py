"""Lost sales with one supplier: exact values on packed states, play on common luck, search of a policy's numbers."""
