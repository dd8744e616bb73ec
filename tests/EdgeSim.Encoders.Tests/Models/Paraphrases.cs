namespace EdgeSim.Encoders.Tests.Models;

/// <summary>Twenty-four things said twice in different words, across subjects, for retrieval tests.</summary>
internal static class Paraphrases
{
    public static IReadOnlyList<(string Said, string SaidAgain)> Pairs { get; } =
    [
        ("How do I reset my password?", "I forgot my login and need a new one."),
        ("The train to the coast was late again.",
            "Once more the rail service to the seaside did not arrive on time."),
        ("She plays the violin every evening.", "Each night she practises her string instrument."),
        ("The machine vibrates more than usual.", "Unusually strong shaking was noticed on the equipment."),
        ("Add two cups of flour and stir.", "Mix in 300 grams of flour."),
        ("The baby is asleep in the next room.", "An infant is sleeping next door."),
        ("Heavy rain flooded the streets of the town.",
            "Roads in the city were under water after the storm."),
        ("The company fired a third of its workers.", "Many employees lost their jobs at the firm."),
        ("Our team won the final by two goals.", "We were champions after a victory in the last match."),
        ("This medicine may make you drowsy.", "Feeling sleepy is a side effect of the drug."),
        ("The cat climbed onto the roof.", "A kitten is sitting on top of the house."),
        ("Planes cannot land because of the fog.", "Poor visibility has closed the airport."),
        ("He is afraid of spiders.", "Insects and arachnids terrify him."),
        ("The battery lasts about ten hours.", "You can use it all day on a single charge."),
        ("Please turn off the light when you leave.", "Switch the lamp off on your way out."),
        ("The old bridge will be repaired next spring.",
            "Restoration of the historic river crossing starts in April."),
        ("I would like a table for two tonight.", "Can we book dinner for me and my wife this evening?"),
        ("Bees are disappearing from the fields.",
            "The number of pollinating insects on farmland is falling."),
        ("The patient has a high temperature.", "A fever was measured in the sick man."),
        ("Prices in the supermarket keep rising.", "Groceries are getting more expensive."),
        ("The door does not close properly.", "There is a problem shutting the entrance."),
        ("Children learn languages quickly.", "Young kids pick up foreign tongues with ease."),
        ("A thief stole her bicycle yesterday.", "Her bike was taken by a robber."),
        ("The moon hides the sun tomorrow at noon.",
            "There will be a solar eclipse in the middle of the day."),
    ];
}
