"""What a workspace keeps besides runs: datasets, their versions, and how often their test documents were used."""
